import { Button, Flex, Link, Table, Tbody, Td, Th, Thead, Tr, Typography } from '@strapi/design-system';
import { NavLink } from 'react-router-dom';
import type { LinkView, QueueItem, TypeView } from '../../../../server/src/contracts';
import { useReplicationTypesQuery, useRetryReplicationEntryMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { RETRYING, stateBadge, type Badge } from '../../entry/state-words';
import { entryWord, retriedWord, waitsForWord } from '../../words/sharing-words';
import { useMoment } from '../../words/use-moment';
import { useWords, type Say } from '../../words/use-words';
import { StateBadge } from '../../words/StateBadge';

interface Props {
  link: LinkView;
  items: QueueItem[];
  mayRetry: boolean;
  /** This site sends nothing at all. */
  isSilent: boolean;
}

/** What a row is called, as it is beside its entry. */
const badgeFor = ({ state, error }: QueueItem, { paused }: LinkView, isSilent: boolean): Badge => {
  if (state === 'sending') return { word: 'replica.sending', variant: 'secondary' };
  if (state === 'done') return stateBadge('current', isSilent);
  if (state !== 'queued') return stateBadge(state, isSilent);
  if (isSilent) return stateBadge('waiting', true);
  if (paused) return stateBadge('paused', false);
  return error === null ? stateBadge('waiting', false) : RETRYING;
};

/** What waits for a decision is not tried again, and what is on its way needs no other try. */
const RETRYABLE: readonly QueueItem['state'][] = ['queued', 'held', 'failed'];

export const QueueTable = ({ link, items, mayRetry, isSilent }: Props) => {
  const say = useWords();
  const columns = (['queue.entry', 'queue.state', 'queue.why', 'queue.since'] as const).map((word) => say(word));
  return (
    <Table colCount={columns.length + 1} rowCount={items.length + 1}>
      <Thead>
        <Tr>
          {[...columns, say('actions')].map((title) => (
            <Th key={title}>
              <Typography variant="sigma" textColor="neutral600">
                {title}
              </Typography>
            </Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {items.map((item) => (
          <QueueRow key={`${item.uid}/${item.id}`} link={link} item={item} mayRetry={mayRetry} isSilent={isSilent} />
        ))}
      </Tbody>
    </Table>
  );
};

const QueueRow = ({ link, item, mayRetry, isSilent }: Omit<Props, 'items'> & { item: QueueItem }) => {
  const say = useWords();
  const show = useOutcome();
  const moment = useMoment();
  const [retry, { isLoading }] = useRetryReplicationEntryMutation();
  const { data: types } = useReplicationTypesQuery();
  const address = addressOf(item, types);
  const badge = badgeFor(item, link, isSilent);
  const what = { uid: item.uid, documentId: item.documentId ?? item.id, link: link.id };
  return (
    <Tr>
      <Td>
        {address ? (
          <Link tag={NavLink} to={address}>
            {entryWord(item)}
          </Link>
        ) : (
          <Typography>{entryWord(item)}</Typography>
        )}
      </Td>
      <Td>
        <StateBadge variant={badge.variant} width="max-content">
          {say(badge.word)}
        </StateBadge>
      </Td>
      <Td maxWidth="36rem">
        <Flex direction="column" alignItems="flex-start" gap={1}>
          <Typography style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
            {reasonFor(say, item, link, isSilent)}
          </Typography>
          {!isSilent && item.retryAt > Date.now() && item.state !== 'failed' && (
            <Typography variant="pi" textColor="neutral600">
              {say('queue.tried', { attempts: item.attempts, when: moment(item.retryAt) })}
            </Typography>
          )}
        </Flex>
      </Td>
      <Td>
        <Typography>{moment(item.since)}</Typography>
      </Td>
      <Td>
        {mayRetry && !isSilent && RETRYABLE.includes(item.state) && (
          <Button
            variant="tertiary"
            size="S"
            loading={isLoading}
            aria-label={say('retry.of', { entry: entryWord(item) })}
            onClick={() => void show(retry(what), ({ retried }) => retriedWord(say, retried))}
          >
            {say('retry')}
          </Button>
        )}
      </Td>
    </Tr>
  );
};

/** Where the entry is edited; null where it is not here, or may not be read by whoever looks. */
const addressOf = ({ uid, documentId, title }: QueueItem, types: TypeView[] | undefined): string | null => {
  const kind = types?.find((type) => type.uid === uid)?.kind;
  if (kind === undefined || documentId === null || title === null) return null;
  return kind === 'singleType'
    ? `/content-manager/single-types/${uid}`
    : `/content-manager/collection-types/${uid}/${documentId}`;
};

/** Why an entry still waits, in the order in which somebody would do something about it. */
const reasonFor = (
  say: Say,
  { state, error, waitsFor }: QueueItem,
  { name, paused, failures }: LinkView,
  isSilent: boolean
): string => {
  if (state === 'failed' && error !== null) return say('reason.answered', { name, error });
  if (state === 'stopped') return say('reason.stopped');
  if (isSilent && state !== 'held') return say('reason.silent');
  if (paused) return say('reason.paused');
  if (failures > 0) return say('reason.unreachable', { name });
  if (error !== null) return say('reason.answered', { name, error });
  return waitsFor === null ? say('reason.turn') : waitsForWord(say, waitsFor, name);
};
