import { Flex, Typography } from '@strapi/design-system';
import { useState } from 'react';
import { useIntl } from 'react-intl';
import { useReplicationJobsQuery } from '../../api/replication-api';
import { usePoll } from '../../api/use-poll';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Progress } from '../Progress';
import { jobLines, type JobLine } from './job-lines';

const IDLE_POLL = 4000;
const BUSY_POLL = 1000;

/** What is over within a moment is not shown: it would push the page down and let it jump back. A little less than a poll. */
const LASTING = 900;

/** What runs in the background, with its progress. Nothing at all where nothing does. */
export const Jobs = () => {
  const say = useWords();
  const [since, setSince] = useState<number | null>(null);
  const { data = [], fulfilledTimeStamp: readAt = 0 } = useReplicationJobsQuery(undefined, {
    pollingInterval: usePoll(since === null ? IDLE_POLL : BUSY_POLL),
  });
  const lines = jobLines(data);
  const isRunning = lines.length > 0;
  if (isRunning !== (since !== null)) setSince(isRunning ? readAt : null);
  if (since === null || readAt - since < LASTING) return null;
  return (
    <Card label={say('jobs.title')}>
      <Flex direction="column" alignItems="stretch" gap={3}>
        {lines.map((line) => (
          <Line key={line.word} line={line} />
        ))}
      </Flex>
    </Card>
  );
};

const Line = ({ line: { word, named, more, done, total, errors } }: { line: JobLine }) => {
  const say = useWords();
  const { formatList } = useIntl();
  const names = more > 0 ? say('jobs.more', { names: named.join(', '), count: more }) : formatList(named);
  const text = say(word, { subject: names, done });
  return (
    <Flex direction="column" alignItems="stretch" gap={1}>
      <Typography style={{ overflowWrap: 'anywhere' }}>{text}</Typography>
      {total > 0 && <Progress label={text} done={done} total={total} />}
      {errors.map((error) => (
        <Typography key={error} textColor="danger600">
          {error}
        </Typography>
      ))}
    </Flex>
  );
};
