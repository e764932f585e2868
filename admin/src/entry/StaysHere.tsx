import { Button, Flex, Typography } from '@strapi/design-system';
import { MOST_ALONG, MOST_STEPS, type EntryOnSite, type StayingEntry } from '../../../server/src/contracts';
import { useMayManageRules } from '../api/allowed';
import { useSendReplicationAlongMutation } from '../api/replication-api';
import { useOutcome } from '../api/use-outcome';
import { entryWord } from '../words/sharing-words';
import { useWords } from '../words/use-words';

interface Props {
  uid: string;
  documentId: string;
  site: EntryOnSite;
  staying: StayingEntry;
}

/** Something that this entry refers to and that does not go to a site: why, and how it goes all the same. */
export const StaysHere = ({ uid, documentId, site, staying: { entry, reason } }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const mayShare = useMayManageRules();
  const [send, { isLoading }] = useSendReplicationAlongMutation();
  const words = { entry: entryWord(entry), name: site.name };
  const canSend = mayShare && reason !== 'rule' && reason !== 'unpublished';
  const target = { link: site.link, uid: entry.uid, id: entry.id };
  return (
    <Flex direction="column" alignItems="flex-start" gap={1}>
      <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
        {say(`stays.${reason}`, { ...words, steps: MOST_STEPS, entries: MOST_ALONG })}
      </Typography>
      {canSend && (
        <Button
          type="button"
          variant="tertiary"
          size="S"
          loading={isLoading}
          aria-label={say('stays.send.of', words)}
          onClick={() => void show(send({ uid, documentId, target }), say('stays.sent', words))}
        >
          {say('stays.send')}
        </Button>
      )}
    </Flex>
  );
};
