import { Flex, Tooltip, Typography } from '@strapi/design-system';
import { useTable } from '@strapi/strapi/admin';
import { STATUS_BATCH_LIMIT } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationStatusesQuery } from '../api/replication-api';
import { useWords } from '../words/use-words';
import { stateVariant, stateWord } from './state-words';
import { StateBadge } from '../words/StateBadge';

/** An entry's status in a list. All rows ask the same question, so a page is one request. */
export const StatusCell = ({ uid, documentId }: { uid: string; documentId: string }) => {
  const say = useWords();
  const mayRead = useMayRead();
  const documentIds = useTable('ReplicationStatus', (state) => idsOf(state.rows));
  const { data } = useReplicationStatusesQuery(
    { uid, documentIds: documentIds.split(' ') },
    { skip: !mayRead || documentIds === '' }
  );
  const brief = data?.[documentId];
  if (!brief || (brief.sites.length === 0 && !brief.diverged)) return <Typography textColor="neutral600">–</Typography>;
  const sites = brief.sites.map(({ name, state }) => `${name}: ${say(stateWord(state))}`);
  const notes = [...(brief.diverged ? [say('diverged.title')] : []), ...(brief.locked ? [say('locked.short')] : [])];
  const lines = [...notes, ...sites];
  return (
    <Tooltip label={lines.join('\n')}>
      {/* With one site the badge says it all; with several the keyboard reaches the rest. */}
      <Flex gap={1} tag="span" tabIndex={lines.length > 1 ? 0 : undefined}>
        <StateBadge variant={brief.diverged ? 'warning' : stateVariant(brief.state)}>
          {brief.diverged ? say('diverged.short') : say(stateWord(brief.state))}
        </StateBadge>
      </Flex>
    </Tooltip>
  );
};

/** A string, so that the selected value is equal as long as the rows are. */
const idsOf = (rows: readonly unknown[]): string =>
  [...new Set(rows.map((row) => (row as { documentId?: unknown }).documentId))]
    .filter((id): id is string => typeof id === 'string')
    .slice(0, STATUS_BATCH_LIMIT)
    .join(' ');
