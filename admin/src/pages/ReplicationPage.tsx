import { Box, Button, Flex, Tabs } from '@strapi/design-system';
import { Layouts, Page, useAPIErrorHandler } from '@strapi/strapi/admin';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Overview } from '../../../server/src/contracts';
import { useMayLeave, useMayManageLinks } from '../api/allowed';
import { useReplicationOverviewQuery } from '../api/replication-api';
import { siteAddress } from '../words/site-address';
import { useWords } from '../words/use-words';
import { Brakes } from './brakes/Brakes';
import { PlaceQuestion } from './PlaceQuestion';
import { Problems } from './Problems';
import { QueueTab } from './queue/QueueTab';
import { RulesTab } from './rules/RulesTab';
import { CreateCodeDialog } from './sites/CreateCodeDialog';
import { HaveCodeDialog } from './sites/HaveCodeDialog';
import { LeaveDialog } from './sites/LeaveDialog';
import { SitesTab } from './sites/SitesTab';

const TABS = ['sites', 'rules', 'queue'] as const;
type Tab = (typeof TABS)[number];

const BUSY_POLL = 3000;
const IDLE_POLL = 15000;

/** Something is about to change by itself: a queue that shrinks, a site that is to accept. */
const isBusy = (overview: Overview | undefined): boolean =>
  overview !== undefined &&
  (overview.unrecorded > 0 ||
    overview.links.some(({ state, counts }) => state !== 'REGISTERED' || counts.queued + counts.held > 0));

export const ReplicationPage = () => {
  const say = useWords();
  const { formatAPIError } = useAPIErrorHandler();
  const [params, setParams] = useSearchParams();
  const [dialog, setDialog] = useState<'create' | 'have' | 'leave' | null>(null);
  const [busy, setBusy] = useState(false);
  const mayLink = useMayManageLinks();
  const mayLeave = useMayLeave();
  const { data, error, isLoading, refetch } = useReplicationOverviewQuery(undefined, {
    pollingInterval: busy ? BUSY_POLL : IDLE_POLL,
  });
  if (isBusy(data) !== busy) setBusy(!busy);

  if (isLoading) return <Page.Loading>{say('loading')}</Page.Loading>;
  if (!data) {
    return (
      <Page.Error
        content={error ? formatAPIError(error as never) : say('error')}
        action={<Button onClick={() => void refetch()}>{say('try-again')}</Button>}
      />
    );
  }

  const tab = TABS.find((one) => one === params.get('tab')) ?? 'sites';
  const open = (next: Tab, site?: string) => setParams(site === undefined ? { tab: next } : { tab: next, site });
  const chosenSite = params.get('site');
  const waiting = data.links.reduce(
    (sum, { counts }) => sum + counts.queued + counts.held + counts.failed + counts.stopped,
    0
  );
  const canLink = mayLink && data.site !== null && data.question === null;

  return (
    <Page.Main>
      <Page.Title>{say('title')}</Page.Title>
      <Layouts.Header
        title={say('title')}
        subtitle={
          data.site ? say('this-site', { name: data.site.name, url: siteAddress(data.site.url) }) : say('subtitle')
        }
        primaryAction={
          canLink ? (
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
        {data.question && <PlaceQuestion question={data.question} />}
        <Problems problems={data.problems} />
        <Brakes brakes={data.brakes} />
        <Tabs.Root variant="simple" value={tab} onValueChange={(next) => open(next as Tab)}>
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
                overview={data}
                onCreateCode={canLink ? () => setDialog('create') : null}
                onHaveCode={canLink ? () => setDialog('have') : null}
                onLeave={mayLeave && data.question === null ? () => setDialog('leave') : null}
                onShowRules={(site) => open('rules', site)}
                onShowQueue={(site) => open('queue', site)}
              />
            </Tabs.Content>
            <Tabs.Content value="rules">
              <RulesTab links={data.links} site={chosenSite} onChoose={(site) => open('rules', site)} />
            </Tabs.Content>
            <Tabs.Content value="queue">
              <QueueTab
                links={data.links}
                site={chosenSite}
                show={params.get('show')}
                onChoose={(site) => open('queue', site)}
              />
            </Tabs.Content>
          </Box>
        </Tabs.Root>
      </Layouts.Content>
      {dialog === 'create' && data.site && <CreateCodeDialog site={data.site} onClose={() => setDialog(null)} />}
      {dialog === 'have' && data.site && <HaveCodeDialog site={data.site} onClose={() => setDialog(null)} />}
      {dialog === 'leave' && data.site && (
        <LeaveDialog site={data.site} links={data.links} onClose={() => setDialog(null)} />
      )}
    </Page.Main>
  );
};
