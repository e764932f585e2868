import { Flex, Link, Loader, Typography } from '@strapi/design-system';
import { useState } from 'react';
import { NavLink } from 'react-router-dom';
import type { EntryStatus } from '../../../server/src/contracts';
import { useMayManageLinks } from '../api/allowed';
import { useReplicationEntryQuery } from '../api/replication-api';
import { usePoll } from '../api/use-poll';
import { useSilence } from '../api/use-silence';
import { BrakeNotice } from '../pages/brakes/BrakeNotice';
import { LoadFailed } from '../pages/LoadFailed';
import { Notice } from '../pages/Notice';
import { SilenceNotice } from '../pages/SilenceNotice';
import { entryWord } from '../words/sharing-words';
import { siteAddress } from '../words/site-address';
import { useWords } from '../words/use-words';
import { EntrySite } from './EntrySite';
import { RecentChanges } from './RecentChanges';
import { isSoonOver } from './soon-over';

const BUSY_POLL = 2000;
const IDLE_POLL = 15000;
/** The buttons ask the same, and may have asked a moment before. */
const FRESH_SECONDS = 2;

const isBusy = (status: EntryStatus | undefined): boolean => status !== undefined && isSoonOver(status.sites);

interface Props {
  uid: string;
  documentId: string;
  /** Something was saved since it was published. */
  draftIsNewer: boolean;
}

/** How an entry stands with each linked site. */
export const EntrySites = ({ uid, documentId, draftIsNewer }: Props) => {
  const say = useWords();
  const mayLink = useMayManageLinks();
  const silence = useSilence();
  const [busy, setBusy] = useState(false);
  // Not what was known of the entry before this one.
  const {
    currentData: data,
    error,
    refetch,
  } = useReplicationEntryQuery(
    { uid, documentId },
    { pollingInterval: usePoll(busy ? BUSY_POLL : IDLE_POLL), refetchOnMountOrArgChange: FRESH_SECONDS }
  );
  if (isBusy(data) !== busy) setBusy(!busy);

  if (!data && !error) return <Loader small>{say('loading')}</Loader>;
  const failed = error && (
    <LoadFailed compact title={say(data ? 'outdated' : 'panel.error')} error={error} onRetry={() => void refetch()} />
  );
  if (!data) return failed;
  return (
    <Flex direction="column" alignItems="stretch" gap={4} width="100%">
      {failed}
      {silence && data.sites.length > 0 && <SilenceNotice {...silence} />}
      {data.lockedBy && (
        <Notice compact tone="primary" title={say('locked.title', { site: data.lockedBy.name })}>
          {say('locked.text')}{' '}
          <Link href={siteAddress(data.lockedBy.url)} isExternal>
            {say('locked.open', { site: data.lockedBy.name })}
          </Link>
          {data.localFields.length > 0 && (
            <Typography tag="p" variant="pi">
              {say('locked.local', { fields: data.localFields.join(', ') })}
            </Typography>
          )}
        </Notice>
      )}
      {data.diverged && (
        <Notice compact tone="warning" title={say('diverged.title')}>
          {say('diverged.text')}
        </Notice>
      )}
      {data.brakes.map((brake) => (
        <BrakeNotice key={brake.id} brake={brake} compact />
      ))}
      {data.missing.length > 0 && (
        <Typography variant="pi" textColor="neutral600">
          {say('missing', { entries: data.missing.map(entryWord).join(', ') })}
        </Typography>
      )}
      {data.sites.length === 0 && (
        <Flex direction="column" alignItems="flex-start" gap={2}>
          <Typography textColor="neutral600">{say('panel.empty')}</Typography>
          {mayLink && (
            <Link tag={NavLink} to="/plugins/replication">
              {say('panel.link')}
            </Link>
          )}
        </Flex>
      )}
      {data.sites.map((site) => (
        <EntrySite
          key={site.link}
          uid={uid}
          documentId={documentId}
          site={site}
          diverged={data.diverged}
          draftIsNewer={draftIsNewer}
          hasDrafts={data.hasDrafts}
          isSilent={silence !== null}
        />
      ))}
      <RecentChanges events={data.events} />
    </Flex>
  );
};
