import { Box, Flex, Typography } from '@strapi/design-system';
import type { JobView } from '../../../../server/src/contracts';
import { useReplicationJobsQuery } from '../../api/replication-api';
import { useWords, type Word } from '../../words/use-words';
import { Card } from '../Card';

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
            <Box
              role="progressbar"
              aria-label={job.subjectName}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={percentOf(job)}
              background="neutral200"
              hasRadius
              height="8px"
            >
              <Box background="primary600" hasRadius height="100%" width={`${percentOf(job)}%`} />
            </Box>
            {job.error !== null && <Typography textColor="danger600">{job.error}</Typography>}
          </Flex>
        ))}
      </Flex>
    </Card>
  );
};

const percentOf = ({ done, total }: JobView): number =>
  total > 0 ? Math.min(100, Math.round((100 * done) / total)) : 0;
