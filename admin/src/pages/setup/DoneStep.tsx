import { Button, Flex, Link, Typography } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import { useReplicationOverviewQuery } from '../../api/replication-api';
import { usePoll } from '../../api/use-poll';
import { siteAddress } from '../../words/site-address';
import { useMoment } from '../../words/use-moment';
import { useWords } from '../../words/use-words';
import { Brakes } from '../brakes/Brakes';
import { Card } from '../Card';
import { Notice } from '../Notice';
import { Problems } from '../Problems';
import { Progress } from '../Progress';
import { Jobs } from '../sites/Jobs';
import type { Purpose } from './purposes';
import { StepFrame } from './StepFrame';

/** Somebody is watching. */
const POLL = 1000;
const SLOW_POLL = 5000;

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
  const moment = useMoment();
  const { name, counts } = link;
  const total = counts.done + counts.queued + counts.held + counts.failed + counts.stopped;
  const isUnderWay = (total === 0 && !isNothing) || counts.queued > 0;
  const standsStill = link.paused || link.failures > 0;
  const { data: overview } = useReplicationOverviewQuery(undefined, {
    pollingInterval: usePoll(isUnderWay ? (standsStill ? SLOW_POLL : POLL) : 0),
  });
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
      {overview && <Problems problems={overview.problems} />}
      {overview && <Brakes brakes={overview.brakes} />}
      {link.paused && (
        <Notice tone="warning" title={say('state.paused')}>
          {say('reason.paused')}
        </Notice>
      )}
      {link.failures > 0 && link.lastError !== null && (
        <Notice tone="danger" title={say('site.last-error')}>
          {link.lastError} {link.retryAt > 0 && say('site.retry-at', { when: moment(link.retryAt) })}
        </Notice>
      )}
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
