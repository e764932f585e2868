import { Alert, Box, Button, Flex, Loader, Modal, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { KeyView, LinkView } from '../../../../server/src/contracts';
import { useMayManageLinks } from '../../api/allowed';
import { useReplicationKeysQuery, useRevokeReplicationKeyMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useErrorText } from '../../api/use-error-text';
import { useMoment } from '../../words/use-moment';
import { useWords, type Say } from '../../words/use-words';
import { OpenModal } from '../OpenModal';
import { Question } from '../Question';

/** The keys a linked site has signed with, and shutting out one that fell into other hands. */
export const KeysDialog = ({ link, onClose }: { link: LinkView; onClose: () => void }) => {
  const say = useWords();
  const moment = useMoment();
  const show = useOutcome();
  const errorText = useErrorText();
  const mayLink = useMayManageLinks();
  const { id, name } = link;
  const { data, error } = useReplicationKeysQuery(id);
  const [revoke] = useRevokeReplicationKeyMutation();
  const [chosen, setChosen] = useState<KeyView | null>(null);
  const confirm = async () => {
    if (chosen)
      await show(revoke({ id, key: chosen.id }), say('key.revoked.done', { fingerprint: chosen.fingerprint }));
    setChosen(null);
  };
  return (
    <OpenModal onClose={onClose}>
      <Modal.Header closeLabel={say('close')}>
        <Modal.Title>{say('keys.title', { name })}</Modal.Title>
      </Modal.Header>
      <Modal.Body>
        {error ? (
          <Alert variant="danger" title={say('error')} closeLabel={say('close')} onClose={onClose}>
            {errorText(error)}
          </Alert>
        ) : data === undefined ? (
          <Loader>{say('loading')}</Loader>
        ) : (
          <Flex direction="column" alignItems="stretch" gap={4}>
            <Typography>{say('keys.text', { name })}</Typography>
            <Box tag="ul">
              {data.map((key) => (
                <Flex key={key.id} tag="li" justifyContent="space-between" gap={4} paddingTop={2} paddingBottom={2}>
                  <Flex direction="column" alignItems="flex-start">
                    <Typography fontWeight="bold" style={{ fontFamily: 'monospace' }}>
                      {key.fingerprint}
                    </Typography>
                    <Typography variant="pi" textColor="neutral600">
                      {say('key.since', { when: moment(key.createdAt) })}, {stateWord(say, key, moment)}
                    </Typography>
                  </Flex>
                  {mayLink && key.revokedAt === null && (
                    <Button
                      variant="danger-light"
                      aria-label={say('key.revoke.of', { fingerprint: key.fingerprint })}
                      onClick={() => setChosen(key)}
                    >
                      {say('key.revoke')}
                    </Button>
                  )}
                </Flex>
              ))}
            </Box>
          </Flex>
        )}
        {chosen && (
          <Question isGrave title={say('key.revoke.title')} onConfirm={confirm} onClose={() => setChosen(null)}>
            {say(chosen.inUse ? 'key.revoke.in-use' : 'key.revoke.text', { name })}
          </Question>
        )}
      </Modal.Body>
      <Modal.Footer>
        <Modal.Close>
          <Button variant="tertiary">{say('close')}</Button>
        </Modal.Close>
      </Modal.Footer>
    </OpenModal>
  );
};

const stateWord = (say: Say, { inUse, revokedAt }: KeyView, moment: (at: number) => string): string => {
  if (revokedAt !== null) return say('key.revoked', { when: moment(revokedAt) });
  return say(inUse ? 'key.in-use' : 'key.earlier');
};
