import { Box, Button, Flex, Loader, Modal, Typography } from '@strapi/design-system';
import { useEffect } from 'react';
import type { CompareView, LinkView } from '../../../../server/src/contracts';
import { useCompareReplicationLinkMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useErrorText } from '../../api/use-error-text';
import { entryWord } from '../../words/sharing-words';
import { useWords, type Say } from '../../words/use-words';
import { Notice } from '../Notice';
import { OpenModal } from '../OpenModal';

interface Props {
  link: LinkView;
  /** null: may not see what sharing would do. */
  onCompareContent: (() => void) | null;
  onClose: () => void;
}

/** Compares what has been shared when it opens, and offers to send again what differs. */
export const CompareDialog = ({ link, onCompareContent, onClose }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const errorText = useErrorText();
  const { id, name } = link;
  const [compare, { data, error, isLoading }] = useCompareReplicationLinkMutation();
  const [repair, { isLoading: isRepairing }] = useCompareReplicationLinkMutation();
  useEffect(() => {
    void compare({ id, repair: false });
  }, [compare, id]);
  const sendAgain = async () => {
    const repaired = repair({ id, repair: true });
    if (await show(repaired, (result) => say('compare.repaired', { count: result.differentCount }))) onClose();
  };
  return (
    <OpenModal onClose={onClose}>
      <Modal.Header closeLabel={say('close')}>
        <Modal.Title>{say('compare.title', { name })}</Modal.Title>
      </Modal.Header>
      <Modal.Body>
        <Box paddingBottom={4}>
          <Typography textColor="neutral600">{say('compare.explained', { name })}</Typography>
        </Box>
        {isLoading && <Loader>{say('compare.running')}</Loader>}
        {error && (
          <Notice tone="danger" title={say('compare.error')}>
            {errorText(error)}
          </Notice>
        )}
        {data && <Result result={data} name={name} />}
        {onCompareContent && (
          <Flex justifyContent="space-between" gap={4} wrap="wrap" paddingTop={6}>
            <Box flex="1" minWidth="22rem">
              <Typography textColor="neutral600">{say('content.explained', { name })}</Typography>
            </Box>
            <Button variant="tertiary" onClick={onCompareContent}>
              {say('content')}
            </Button>
          </Flex>
        )}
      </Modal.Body>
      <Modal.Footer>
        <Modal.Close>
          <Button variant="tertiary">{say('close')}</Button>
        </Modal.Close>
        <Flex gap={2}>
          <Button
            variant="secondary"
            disabled={isLoading || isRepairing}
            onClick={() => void compare({ id, repair: false })}
          >
            {say('compare.again')}
          </Button>
          {data && data.differentCount > 0 && (
            <Button loading={isRepairing} onClick={() => void sendAgain()}>
              {say('compare.repair')}
            </Button>
          )}
        </Flex>
      </Modal.Footer>
    </OpenModal>
  );
};

const Result = ({ result, name }: { result: CompareView; name: string }) => {
  const say = useWords();
  const { equal, different, differentCount } = result;
  return (
    <Flex direction="column" alignItems="stretch" gap={3}>
      <Typography fontWeight="bold">
        {differentCount === 0
          ? say('compare.equal', { equal, name })
          : say('compare.differ', { equal, differentCount, name })}
      </Typography>
      <Box tag="ul">
        {different.map((one) => (
          <Box tag="li" key={`${one.uid}/${one.id}`} paddingTop={2} paddingBottom={2}>
            <Typography>{entryWord(one)}</Typography>{' '}
            <Typography textColor="neutral600">{whereWord(say, one, name)}</Typography>
          </Box>
        ))}
      </Box>
      {differentCount > different.length && (
        <Typography textColor="neutral600">
          {say('compare.more', { count: differentCount - different.length })}
        </Typography>
      )}
    </Flex>
  );
};

const whereWord = (say: Say, { here, there }: { here: boolean; there: boolean }, name: string): string => {
  if (here && there) return say('compare.both-differ');
  return here ? say('compare.only-here', { name }) : say('compare.only-there', { name });
};
