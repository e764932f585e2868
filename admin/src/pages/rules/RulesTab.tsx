import { Flex, Loader } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import {
  useReplicationDependenciesQuery,
  useReplicationRulesQuery,
  useReplicationTypesQuery,
} from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { NoSite } from '../NoSite';
import { SiteChoice } from '../SiteChoice';
import { RulesEditor } from './RulesEditor';

interface Props {
  links: LinkView[];
  site: string | null;
  onChoose: (site: string) => void;
}

/** What is shared with one linked site. */
export const RulesTab = ({ links, site, onChoose }: Props) => {
  const linked = links.filter(({ state }) => state === 'REGISTERED');
  const link = linked.find(({ id }) => id === site) ?? linked[0];
  if (!link) return <NoSite links={links} />;
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <SiteChoice links={linked} site={link.id} onChoose={onChoose} />
      <SiteRules key={link.id} link={link} />
    </Flex>
  );
};

const SiteRules = ({ link }: { link: LinkView }) => {
  const say = useWords();
  const rules = useReplicationRulesQuery(link.id);
  const types = useReplicationTypesQuery(link.id, { refetchOnMountOrArgChange: true });
  const dependencies = useReplicationDependenciesQuery(link.id);
  const error = rules.error ?? types.error ?? dependencies.error;
  // What was read stays, and with it what is not saved yet, where reading it again fails.
  if (!rules.data || !types.data || !dependencies.data) {
    if (!error) return <Loader>{say('loading')}</Loader>;
    const again = () => {
      void rules.refetch();
      void types.refetch();
      void dependencies.refetch();
    };
    return <LoadFailed title={say('rules.error')} error={error} onRetry={again} />;
  }
  // Saved rules replace what the editor was filled with.
  return (
    <RulesEditor
      key={JSON.stringify(rules.data)}
      link={link}
      saved={rules.data}
      types={types.data}
      dependencies={dependencies.data}
    />
  );
};
