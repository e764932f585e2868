import { Button, Flex, Status, Table, Tbody, Td, Th, Thead, Tr, Typography } from '@strapi/design-system';
import type { LinkView, QueueItem } from '../../../../server/src/contracts';
import { useRetryReplicationEntryMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { entryWord, waitsForWord } from '../../words/sharing-words';
import { useMoment } from '../../words/use-moment';
import { useWords, type Say } from '../../words/use-words';

interface Props {
  link: LinkView;
  items: QueueItem[];
  mayRetry: boolean;
}

const VARIANTS = {
  done: 'success',
  queued: 'secondary',
  sending: 'secondary',
  held: 'warning',
  failed: 'danger',
} as const;

export const QueueTable = ({ link, items, mayRetry }: Props) => {
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
          <QueueRow key={`${item.uid}/${item.id}`} link={link} item={item} mayRetry={mayRetry} />
        ))}
      </Tbody>
    </Table>
  );
};

const QueueRow = ({ link, item, mayRetry }: { link: LinkView; item: QueueItem; mayRetry: boolean }) => {
  const say = useWords();
  const show = useOutcome();
  const moment = useMoment();
  const [retry, { isLoading }] = useRetryReplicationEntryMutation();
  const what = { uid: item.uid, documentId: item.documentId ?? item.id, link: link.id };
  return (
    <Tr>
      <Td>
        <Typography>{entryWord(item)}</Typography>
      </Td>
      <Td>
        <Status variant={VARIANTS[item.state]} size="S">
          <Typography>{say(`replica.${item.state}`)}</Typography>
        </Status>
      </Td>
      <Td maxWidth="36rem">
        <Flex direction="column" alignItems="flex-start" gap={1}>
          {reasonsFor(say, item, link).map((reason) => (
            <Typography key={reason} ellipsis={false} style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
              {reason}
            </Typography>
          ))}
          {item.retryAt > Date.now() && item.state !== 'failed' && (
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
        {mayRetry && (
          <Button
            variant="tertiary"
            size="S"
            loading={isLoading}
            aria-label={say('retry.of', { entry: entryWord(item) })}
            onClick={() => void show(retry(what), say('retry.done'))}
          >
            {say('retry')}
          </Button>
        )}
      </Td>
    </Tr>
  );
};

/** Why an entry still waits, in the order in which somebody would do something about it. */
const reasonsFor = (say: Say, item: QueueItem, link: LinkView): string[] => {
  const reasons = item.waitsFor.map((one) => waitsForWord(say, one));
  if (item.error !== null && item.error !== '') reasons.unshift(item.error);
  if (reasons.length > 0) return reasons;
  if (link.paused) return [say('reason.paused')];
  return [say(link.failures > 0 ? 'reason.unreachable' : 'reason.turn', { name: link.name })];
};
