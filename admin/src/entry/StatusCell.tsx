import { Flex, Tooltip, Typography } from '@strapi/design-system';
import { WarningCircle } from '@strapi/icons';
import { useTable } from '@strapi/strapi/admin';
import { useState, type ReactNode } from 'react';
import { STATUS_BATCH_LIMIT } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationStatusesQuery } from '../api/replication-api';
import { useErrorText } from '../api/use-error-text';
import { usePoll } from '../api/use-poll';
import { useSilence } from '../api/use-silence';
import { useWords } from '../words/use-words';
import { isOver, isSoonOver } from './soon-over';
import { isToGo, stateBadge, type Badge } from './state-words';
import { StateBadge } from '../words/StateBadge';

const BUSY_POLL = 5000;
/** What waits for something on the other site may do so for days. */
const LONG_POLL = 30_000;

/** An entry's status in a list. All rows ask the same question, so a page is one request. */
export const StatusCell = ({ uid, documentId }: { uid: string; documentId: string }) => {
  const say = useWords();
  const errorText = useErrorText();
  const mayRead = useMayRead();
  const [every, setEvery] = useState(0);
  const documentIds = useTable('ReplicationStatus', (state) => idsOf(state.rows));
  const { currentData: data, error } = useReplicationStatusesQuery(
    { uid, documentIds: documentIds.split(' ') },
    { skip: !mayRead || documentIds === '', pollingInterval: usePoll(every) }
  );
  const all = Object.values(data ?? {}).flatMap(({ sites }) => sites);
  const next = isSoonOver(all) ? BUSY_POLL : isOver(all) ? 0 : LONG_POLL;
  if (next !== every) setEvery(next);
  const isSilent = useSilence(all.some(isToGo)) !== null;

  // The column cannot be left out for those who may not: what adds it knows nobody.
  if (!mayRead) return null;
  if (!data && error) {
    const message = errorText(error);
    return (
      <Told lines={[message]}>
        <WarningCircle role="img" aria-label={message} fill="danger600" />
      </Told>
    );
  }
  // A dash says that no site is linked: not before it is known.
  if (!data)
    return (
      <Typography textColor="neutral600" role="img" aria-label={say('loading')}>
        …
      </Typography>
    );
  const brief = data[documentId];
  if (!brief || (brief.sites.length === 0 && !brief.diverged)) return <Typography textColor="neutral600">–</Typography>;
  const sites = brief.sites.map(({ name, state }) => `${name}: ${say(stateBadge(state, isSilent).word)}`);
  const notes = [...(brief.diverged ? [say('diverged.title')] : []), ...(brief.locked ? [say('locked.short')] : [])];
  const lines = [...notes, ...sites];
  const badge: Badge = brief.diverged
    ? { word: 'diverged.short', variant: 'warning' }
    : stateBadge(brief.state, isSilent);
  return (
    // With one site the badge says it all; with several the keyboard reaches the rest.
    <Told lines={lines} isReached={lines.length > 1}>
      <StateBadge variant={badge.variant}>{say(badge.word)}</StateBadge>
    </Told>
  );
};

const Told = ({ lines, isReached = true, children }: { lines: string[]; isReached?: boolean; children: ReactNode }) => (
  <Tooltip label={<span style={{ whiteSpace: 'pre-line' }}>{lines.join('\n')}</span>}>
    <Flex gap={1} tag="span" width="max-content" tabIndex={isReached ? 0 : undefined}>
      {children}
    </Flex>
  </Tooltip>
);

/** A string, so that the selected value is equal as long as the rows are. */
const idsOf = (rows: readonly unknown[]): string =>
  [...new Set(rows.map((row) => (row as { documentId?: unknown }).documentId))]
    .filter((id): id is string => typeof id === 'string')
    .slice(0, STATUS_BATCH_LIMIT)
    .join(' ');
