import { Button } from '@strapi/design-system';
import { Page } from '@strapi/strapi/admin';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Overview } from '../../../server/src/contracts';
import { useMayManageRules } from '../api/allowed';
import { useReplicationOverviewQuery } from '../api/replication-api';
import { useErrorText } from '../api/use-error-text';
import { usePoll } from '../api/use-poll';
import { useWords } from '../words/use-words';
import { LoadFailed } from './LoadFailed';
import { ComparePage } from './preview/ComparePage';
import { ReplicationTabs, TABS, type Tab } from './ReplicationTabs';
import { SetupPage } from './setup/SetupPage';
import { useViewFocus } from './use-view-focus';

const BUSY_POLL = 3000;
const IDLE_POLL = 15000;

/** Something is about to change by itself: a queue that shrinks, a site that is to accept. What waits may do so for days. */
const isBusy = (overview: Overview | undefined): boolean =>
  overview !== undefined &&
  (overview.unrecorded > 0 ||
    overview.links.some(
      ({ state, counts, failures, paused }) =>
        state === 'REQUESTED' || state === 'REQUESTING' || (counts.queued > 0 && failures === 0 && !paused)
    ));

/** Which of its views the address names: the tabs, the setting up of a link (`setup`), or a comparison (`compare`). */
export const ReplicationPage = () => {
  const say = useWords();
  const errorText = useErrorText();
  const [params, setParams] = useSearchParams();
  const [busy, setBusy] = useState(false);
  const mayRule = useMayManageRules();
  const { data, error, isLoading, refetch } = useReplicationOverviewQuery(undefined, {
    pollingInterval: usePoll(busy ? BUSY_POLL : IDLE_POLL),
  });
  if (isBusy(data) !== busy) setBusy(!busy);
  const mayShare = mayRule && data !== undefined && data.site !== null && data.question === null;
  const linked = (id: string | null) =>
    mayShare ? data.links.find((link) => link.id === id && link.state === 'REGISTERED') : undefined;
  const setup = linked(params.get('setup'));
  const compared = linked(params.get('compare'));
  useViewFocus(data ? (setup ? 'setup' : compared ? 'compare' : 'tabs') : null);

  if (isLoading) return <Page.Loading>{say('loading')}</Page.Loading>;
  if (!data) {
    return (
      <Page.Error
        content={errorText(error)}
        action={<Button onClick={() => void refetch()}>{say('try-again')}</Button>}
      />
    );
  }

  const open = (next: Tab, site?: string) => setParams(site === undefined ? { tab: next } : { tab: next, site });
  // A site that fetches by itself answers no comparison: there, rules are chosen without one.
  const setUp = (id: string) =>
    data.links.find((link) => link.id === id)?.fetching === 'there' ? open('rules', id) : setParams({ setup: id });
  if (setup && data.site) {
    return (
      <SetupPage
        key={setup.id}
        site={data.site}
        link={setup}
        onClose={() => open('sites')}
        onShowRules={() => open('rules', setup.id)}
        onShowQueue={() => open('queue', setup.id)}
      />
    );
  }
  if (compared) return <ComparePage key={compared.id} link={compared} onClose={() => open('sites')} />;
  return (
    <ReplicationTabs
      overview={data}
      tab={TABS.find((one) => one === params.get('tab')) ?? 'sites'}
      chosenSite={params.get('site')}
      show={params.get('show')}
      onOpen={open}
      onSetUp={mayShare ? setUp : null}
      onCompareContent={mayShare ? (site) => setParams({ compare: site }) : null}
      failed={error && <LoadFailed compact title={say('outdated')} error={error} onRetry={() => void refetch()} />}
    />
  );
};
