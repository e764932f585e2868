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
  const rules = useReplicationRulesQuery(link.id, { refetchOnMountOrArgChange: true });
  const types = useReplicationTypesQuery(link.id, { refetchOnMountOrArgChange: true });
  const dependencies = useReplicationDependenciesQuery(link.id, { refetchOnMountOrArgChange: true });
  const error = rules.error ?? types.error ?? dependencies.error;
  const again = () => {
    void rules.refetch();
    void types.refetch();
    void dependencies.refetch();
  };
  const read =
    rules.data && types.data && dependencies.data
      ? { saved: rules.data, types: types.data, dependencies: dependencies.data }
      : null;
  if (!read && !error) return <Loader>{say('loading')}</Loader>;
  // What was read stays, and with it what is not saved yet, where reading it again fails.
  return (
    <>
      {error && <LoadFailed title={say('rules.error')} error={error} onRetry={again} />}
      {read && <RulesEditor link={link} {...read} />}
    </>
  );
};
