import { Box, Button, Flex, Tabs } from '@strapi/design-system';
import { Layouts, Page } from '@strapi/strapi/admin';
import { useState, type ReactNode } from 'react';
import type { Overview, Site } from '../../../server/src/contracts';
import { useMayLeave, useMayManageLinks } from '../api/allowed';
import { silenceOf } from '../api/use-silence';
import { siteAddress } from '../words/site-address';
import { useWords, type Say } from '../words/use-words';
import { Brakes } from './brakes/Brakes';
import { PlaceQuestion } from './PlaceQuestion';
import { Problems } from './Problems';
import { QueueTab } from './queue/QueueTab';
import { RulesTab } from './rules/RulesTab';
import { CreateCodeDialog } from './sites/CreateCodeDialog';
import { HaveCodeDialog } from './sites/HaveCodeDialog';
import { LeaveDialog } from './sites/LeaveDialog';
import { SitesTab } from './sites/SitesTab';

export const TABS = ['sites', 'rules', 'queue'] as const;
export type Tab = (typeof TABS)[number];

interface Props {
  overview: Overview;
  tab: Tab;
  /** Which linked site rules and queue are about, and which part of the queue, as the address says. */
  chosenSite: string | null;
  show: string | null;
  onOpen: (tab: Tab, site?: string) => void;
  /** null: may not choose what is shared. */
  onSetUp: ((site: string) => void) | null;
  onCompareContent: ((site: string) => void) | null;
  /** What is said where asking for it again failed. */
  failed: ReactNode;
}

/** Linked sites, what is shared with them, and what waits. */
export const ReplicationTabs = ({
  overview,
  tab,
  chosenSite,
  show,
  onOpen,
  onSetUp,
  onCompareContent,
  failed,
}: Props) => {
  const say = useWords();
  const [dialog, setDialog] = useState<'create' | 'have' | 'leave' | null>(null);
  const mayLink = useMayManageLinks();
  const mayLeave = useMayLeave();
  const { site, links, question } = overview;
  const waiting = links.reduce(
    (sum, { counts }) => sum + counts.queued + counts.held + counts.failed + counts.stopped,
    0
  );
  const canLink = mayLink && site !== null && question === null;
  // There the same two buttons stand beside what they are for.
  const isEmpty = tab === 'sites' && links.length === 0;
  const close = () => setDialog(null);

  return (
    <Page.Main>
      <Page.Title>{say('title')}</Page.Title>
      <Layouts.Header
        title={say('title')}
        subtitle={site ? thisSite(say, site) : say('subtitle')}
        primaryAction={
          canLink && !isEmpty ? (
            <Flex gap={2} wrap="wrap">
              <Button variant="secondary" onClick={() => setDialog('have')}>
                {say('have-code')}
              </Button>
              <Button onClick={() => setDialog('create')}>{say('create-code')}</Button>
            </Flex>
          ) : undefined
        }
      />
      <Layouts.Content>
        {failed && <Box paddingBottom={6}>{failed}</Box>}
        {question && <PlaceQuestion question={question} />}
        <Problems problems={overview.problems} />
        <Brakes brakes={overview.brakes} />
        <Tabs.Root variant="simple" value={tab} onValueChange={(next) => onOpen(next as Tab, chosenSite ?? undefined)}>
          <Tabs.List aria-label={say('title')}>
            <Tabs.Trigger value="sites">{say('tab.sites')}</Tabs.Trigger>
            <Tabs.Trigger value="rules">{say('tab.rules')}</Tabs.Trigger>
            <Tabs.Trigger value="queue">
              {waiting > 0 ? say('tab.queue.waiting', { waiting }) : say('tab.queue')}
            </Tabs.Trigger>
          </Tabs.List>
          <Box paddingTop={6}>
            <Tabs.Content value="sites">
              <SitesTab
                overview={overview}
                onCreateCode={canLink ? () => setDialog('create') : null}
                onHaveCode={canLink ? () => setDialog('have') : null}
                onLeave={mayLeave && question === null ? () => setDialog('leave') : null}
                onShowRules={(of) => onOpen('rules', of)}
                onShowQueue={(of) => onOpen('queue', of)}
                onSetUp={onSetUp}
                onCompareContent={onCompareContent}
              />
            </Tabs.Content>
            <Tabs.Content value="rules">
              <RulesTab links={links} site={chosenSite} onChoose={(of) => onOpen('rules', of)} />
            </Tabs.Content>
            <Tabs.Content value="queue">
              <QueueTab
                links={links}
                site={chosenSite}
                show={show}
                isSilent={silenceOf(overview) !== null}
                onChoose={(of) => onOpen('queue', of)}
              />
            </Tabs.Content>
          </Box>
        </Tabs.Root>
      </Layouts.Content>
      {dialog === 'create' && site && <CreateCodeDialog site={site} links={links} onClose={close} />}
      {dialog === 'have' && site && <HaveCodeDialog site={site} links={links} onSetUp={onSetUp} onClose={close} />}
      {dialog === 'leave' && site && <LeaveDialog site={site} links={links} onClose={close} />}
    </Page.Main>
  );
};

const thisSite = (say: Say, { name, url }: Site): string =>
  url === '' ? say('this-site.no-url', { name }) : say('this-site', { name, url: siteAddress(url) });
