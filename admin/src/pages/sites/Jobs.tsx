import { Flex, Typography } from '@strapi/design-system';
import { useReplicationJobsQuery } from '../../api/replication-api';
import { useWords, type Word } from '../../words/use-words';
import { Card } from '../Card';
import { Progress } from '../Progress';

const POLL = 4000;
const ENDED = new Set(['done', 'failed', 'cancelled']);

const WORDS = new Map<string, Word>([
  ['restore', 'jobs.restore'],
  ['catch-up', 'jobs.catch-up'],
]);

/** What runs in the background, with its progress. Nothing at all where nothing does. */
export const Jobs = () => {
  const say = useWords();
  const { data } = useReplicationJobsQuery(undefined, { pollingInterval: POLL });
  const running = (data ?? []).filter(({ state }) => !ENDED.has(state.toLowerCase()));
  if (running.length === 0) return null;
  return (
    <Card label={say('jobs.title')}>
      <Flex direction="column" alignItems="stretch" gap={3}>
        {running.map((job) => (
          <Flex key={job.id} direction="column" alignItems="stretch" gap={1}>
            <Typography>
              {say(WORDS.get(job.kind) ?? 'jobs.running', {
                subject: job.subjectName,
                done: job.done,
                total: job.total,
              })}
            </Typography>
            <Progress label={job.subjectName} done={job.done} total={job.total} />
            {job.error !== null && <Typography textColor="danger600">{job.error}</Typography>}
          </Flex>
        ))}
      </Flex>
    </Card>
  );
};
