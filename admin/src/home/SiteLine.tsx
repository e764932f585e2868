import { Flex, Link, Typography } from '@strapi/design-system';
import { NavLink } from 'react-router-dom';
import type { LinkView, QueueCounts } from '../../../server/src/contracts';
import { SiteState } from '../pages/sites/SiteState';
import { PAGE, queueAddress } from '../words/page-address';
import { queuedWord } from '../words/sharing-words';
import { useMoment } from '../words/use-moment';
import { useWords, type Word } from '../words/use-words';

/** What is not there yet, each with its place in the queue. Done is said only where nothing else is to be. */
const WAITING = ['failed', 'stopped', 'held', 'queued'] as const satisfies readonly (keyof QueueCounts)[];
const countedWords = (isSilent: boolean): { [S in (typeof WAITING)[number]]: Word } => ({
  failed: 'site.failed',
  stopped: 'site.stopped',
  held: 'site.held',
  queued: queuedWord(isSilent),
});

/** Links that stand close to others are no lower than a finger needs, as WCAG has it. */
const EASY_TO_HIT = '2.4rem';

/** One linked site in two lines: its name, last contact and state, then what waits for it. */
export const SiteLine = ({ link, now, isSilent }: { link: LinkView; now: number; isSilent: boolean }) => {
  const say = useWords();
  const moment = useMoment();
  const { id, name, state, counts, lastContactAt, lastError, failures } = link;
  const words = countedWords(isSilent);
  const waiting = WAITING.filter((one) => counts[one] > 0);
  const rest = counts.done > 0 ? say('site.done', { count: counts.done }) : say('widget.nothing-shared');
  return (
    <Flex tag="li" direction="column" alignItems="stretch" gap={1}>
      <Flex justifyContent="space-between" gap={3}>
        <Flex gap={3} wrap="wrap" style={{ rowGap: 0 }}>
          <Link tag={NavLink} to={PAGE}>
            {name}
          </Link>
          <Typography variant="pi" textColor="neutral600">
            {say('site.contact', { when: lastContactAt === null ? say('never') : moment(lastContactAt, now) })}
          </Typography>
        </Flex>
        <SiteState link={link} />
      </Flex>
      {state === 'REGISTERED' && (
        <Flex gap={3} wrap="wrap" style={{ rowGap: 0 }}>
          {waiting.map((one) => (
            <Link key={one} tag={NavLink} to={queueAddress(id, one)} style={{ minHeight: EASY_TO_HIT }}>
              {say(words[one], { count: counts[one] })}
            </Link>
          ))}
          {waiting.length === 0 && <Typography textColor="neutral600">{rest}</Typography>}
        </Flex>
      )}
      {lastError !== null && failures > 0 && (
        <Typography variant="pi" textColor="danger600" style={{ overflowWrap: 'anywhere' }}>
          {lastError}
        </Typography>
      )}
    </Flex>
  );
};
