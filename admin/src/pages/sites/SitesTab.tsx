import { Button, EmptyStateLayout, Flex } from '@strapi/design-system';
import { EmptyDocuments } from '@strapi/icons/symbols';
import type { Overview } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { Jobs } from './Jobs';
import { RequestCard } from './RequestCard';
import { SiteCard } from './SiteCard';
import { ThisSite } from './ThisSite';

interface Props {
  overview: Overview;
  /** null: may not link sites. */
  onCreateCode: (() => void) | null;
  onShowRules: (site: string) => void;
  onShowQueue: (site: string) => void;
}

export const SitesTab = ({ overview, onCreateCode, onShowRules, onShowQueue }: Props) => {
  const say = useWords();
  const { site, links, question } = overview;
  if (links.length === 0) {
    return (
      <EmptyStateLayout
        icon={<EmptyDocuments width="16rem" />}
        content={say('sites.empty')}
        action={
          onCreateCode ? (
            <Button variant="secondary" onClick={onCreateCode}>
              {say('create-code')}
            </Button>
          ) : undefined
        }
      />
    );
  }
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Jobs />
      {links.map((link) =>
        link.state === 'REQUESTING' && site ? (
          <RequestCard key={link.id} site={site} link={link} />
        ) : (
          <SiteCard key={link.id} link={link} onShowRules={onShowRules} onShowQueue={onShowQueue} />
        )
      )}
      {site && question === null && <ThisSite site={site} />}
    </Flex>
  );
};
