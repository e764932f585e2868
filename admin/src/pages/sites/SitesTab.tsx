import { Button, EmptyStateLayout, Flex } from '@strapi/design-system';
import { EmptyDocuments } from '@strapi/icons/symbols';
import type { Overview } from '../../../../server/src/contracts';
import { silenceOf } from '../../api/use-silence';
import { useWords, type Word } from '../../words/use-words';
import { Jobs } from './Jobs';
import { PauseAll } from './PauseAll';
import { RequestCard } from './RequestCard';
import { SiteCard } from './SiteCard';
import { ThisSite } from './ThisSite';

interface Props {
  overview: Overview;
  /** null: may not link sites. */
  onCreateCode: (() => void) | null;
  onHaveCode: (() => void) | null;
  /** null: may not have this site leave. */
  onLeave: (() => void) | null;
  onShowRules: (site: string) => void;
  onShowQueue: (site: string) => void;
  /** null: may not choose what is shared. */
  onSetUp: ((site: string) => void) | null;
  onCompareContent: ((site: string) => void) | null;
}

export const SitesTab = ({ overview, onCreateCode, onHaveCode, onLeave, ...card }: Props) => {
  const say = useWords();
  const { site, links, question } = overview;
  const isAsked = question !== null;
  const isSilent = silenceOf(overview) !== null;
  const thisSite = site && !isAsked && <ThisSite site={site} onLeave={onLeave} />;
  if (links.length === 0) {
    return (
      <Flex direction="column" alignItems="stretch" gap={4}>
        <EmptyStateLayout
          icon={<EmptyDocuments width="16rem" />}
          content={say(emptyWord(overview, onCreateCode !== null))}
          action={
            onCreateCode && onHaveCode ? (
              <Flex gap={2}>
                <Button variant="secondary" onClick={onHaveCode}>
                  {say('have-code')}
                </Button>
                <Button onClick={onCreateCode}>{say('create-code')}</Button>
              </Flex>
            ) : undefined
          }
        />
        {thisSite}
      </Flex>
    );
  }
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Jobs />
      {!isAsked && <PauseAll links={links} />}
      {links.map((link) =>
        link.state === 'REQUESTING' && site ? (
          <RequestCard key={link.id} site={site} link={link} />
        ) : (
          <SiteCard key={link.id} site={site} link={link} isAsked={isAsked} isSilent={isSilent} {...card} />
        )
      )}
      {thisSite}
    </Flex>
  );
};

const emptyWord = ({ site, question }: Overview, mayLink: boolean): Word => {
  if (question !== null) return 'sites.empty.asked';
  if (mayLink) return 'sites.empty';
  return site ? 'sites.empty.not-allowed' : 'sites.empty.problem';
};
