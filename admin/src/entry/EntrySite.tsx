import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { ArrowClockwise } from '@strapi/icons';
import type { EntryOnSite } from '../../../server/src/contracts';
import { useMayManageQueue } from '../api/allowed';
import { useRetryReplicationEntryMutation } from '../api/replication-api';
import { useOutcome } from '../api/use-outcome';
import { useMoment } from '../words/use-moment';
import { useWords } from '../words/use-words';
import { retriedWord } from '../words/sharing-words';
import { isRetryable } from './is-retryable';
import { badgeOf, detailsOf } from './state-words';
import { StaysHere } from './StaysHere';
import { StateBadge } from '../words/StateBadge';

interface Props {
  uid: string;
  documentId: string;
  site: EntryOnSite;
  /** The entry was edited on two sites. */
  diverged: boolean;
  /** Something was saved since it was published. */
  draftIsNewer: boolean;
  /** Its type has drafts. */
  hasDrafts: boolean;
  /** This site sends nothing at all. */
  isSilent: boolean;
}

/** One line for one linked site: its state, since when, what it waits for, and Retry where that makes sense. */
export const EntrySite = ({ uid, documentId, site, diverged, draftIsNewer, hasDrafts, isSilent }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const moment = useMoment();
  const mayRetry = useMayManageQueue();
  const [retry, { isLoading }] = useRetryReplicationEntryMutation();
  const badge = badgeOf(site, diverged, isSilent);
  const canRetry = mayRetry && !isSilent && isRetryable(site);
  return (
    <Flex direction="column" alignItems="flex-start" gap={1} tag="section" aria-label={site.name}>
      <Flex justifyContent="space-between" width="100%" gap={2} wrap="wrap">
        <Typography fontWeight="bold">{site.name}</Typography>
        <StateBadge variant={badge.variant}>{say(badge.word)}</StateBadge>
      </Flex>
      {detailsOf(say, moment, site, { draftIsNewer, hasDrafts, isSilent }).map((line) => (
        <Typography key={line} variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
          {line}
        </Typography>
      ))}
      {site.stays.map((staying) => (
        <StaysHere
          key={`${staying.entry.uid}/${staying.entry.id}`}
          uid={uid}
          documentId={documentId}
          site={site}
          staying={staying}
        />
      ))}
      {canRetry && (
        <Box paddingTop={1}>
          <Button
            type="button"
            variant="tertiary"
            size="S"
            startIcon={<ArrowClockwise />}
            loading={isLoading}
            aria-label={say('retry.on', { site: site.name })}
            onClick={() =>
              void show(retry({ uid, documentId, link: site.link }), ({ retried }) => retriedWord(say, retried))
            }
          >
            {say('retry')}
          </Button>
        </Box>
      )}
    </Flex>
  );
};
