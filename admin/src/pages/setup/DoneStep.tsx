import { Button, Flex, Link, Typography } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import { useReplicationOverviewQuery } from '../../api/replication-api';
import { siteAddress } from '../../words/site-address';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Progress } from '../Progress';
import { Jobs } from '../sites/Jobs';
import type { Purpose } from './purposes';
import { StepFrame } from './StepFrame';

/** Somebody is watching. */
const POLL = 1000;

interface Props {
  link: LinkView;
  purpose: Purpose;
  /** There was nothing to send. */
  isNothing: boolean;
  onClose: () => void;
  onShowRules: () => void;
  onShowQueue: () => void;
}

/** It is set up: how far what is sent has come, and where to look. */
export const DoneStep = ({ link, purpose, isNothing, onClose, onShowRules, onShowQueue }: Props) => {
  const say = useWords();
  const { name, counts } = link;
  const total = counts.done + counts.queued + counts.held + counts.failed + counts.stopped;
  const isUnderWay = (total === 0 && !isNothing) || counts.queued > 0;
  useReplicationOverviewQuery(undefined, { pollingInterval: isUnderWay ? POLL : 0 });
  const problems = counts.failed + counts.held + counts.stopped;
  return (
    <StepFrame
      step="done"
      title={say('done.title', { name })}
      intro={say(purpose === 'both' ? 'done.both' : 'done.publish', { name })}
      actions={
        <>
          <Button variant="tertiary" onClick={onShowRules}>
            {say('tab.rules')}
          </Button>
          <Button variant="secondary" onClick={onShowQueue}>
            {say('tab.queue')}
          </Button>
          <Button onClick={onClose}>{say('done')}</Button>
        </>
      }
    >
      <Card label={say('done.progress')}>
        <Flex direction="column" alignItems="stretch" gap={3}>
          <Typography role="status">
            {total === 0
              ? say(isNothing ? 'site.quiet' : 'done.nothing-yet', { name })
              : say('done.count', { done: counts.done, total, name })}
          </Typography>
          {total > 0 && <Progress label={say('done.progress')} done={counts.done} total={total} />}
          {problems > 0 && <Typography textColor="danger600">{say('done.problems', { count: problems })}</Typography>}
          <Typography textColor="neutral600">{say('done.visitors', { name })}</Typography>
          <Link href={siteAddress(link.url)} isExternal>
            {say('done.view', { name })}
          </Link>
        </Flex>
      </Card>
      <Jobs />
    </StepFrame>
  );
};
