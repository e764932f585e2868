import { Button, Field, Flex, Modal, Textarea, Typography } from '@strapi/design-system';
import { useAPIErrorHandler } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { CodeView, Site } from '../../../../server/src/contracts';
import { useReadReplicationCodeMutation, useRedeemReplicationCodeMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Fingerprint } from './Fingerprint';

/** Pastes the other site's code, shows what it says, and asks that site to be linked. */
export const HaveCodeDialog = ({ site, onClose }: { site: Site; onClose: () => void }) => {
  const say = useWords();
  const show = useOutcome();
  const { formatAPIError } = useAPIErrorHandler();
  const [code, setCode] = useState('');
  const [seen, setSeen] = useState<CodeView | null>(null);
  const [problem, setProblem] = useState<string>();
  const [readCode, { isLoading: isReading }] = useReadReplicationCodeMutation();
  const [redeem, { isLoading: isAsking }] = useRedeemReplicationCodeMutation();

  const look = async () => {
    const answer = await readCode(code.trim());
    if ('error' in answer) setProblem(formatAPIError(answer.error as never));
    else setSeen(answer.data);
  };
  const ask = async () => {
    if (await show(redeem(code.trim()), say('code.asked'))) onClose();
  };

  return (
    <Modal.Root open onOpenChange={onClose}>
      <Modal.Content>
        <Modal.Header closeLabel={say('close')}>
          <Modal.Title>{say('have-code')}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          {seen ? (
            <Flex direction="column" alignItems="stretch" gap={4}>
              <Typography>{say('code.compare')}</Typography>
              <Flex gap={4} wrap="wrap" alignItems="stretch">
                <Fingerprint title={say('other-site')} url={seen.url} fingerprint={seen.fingerprint} />
                <Fingerprint title={say('this-site.short')} {...site} />
              </Flex>
              <Typography textColor="neutral600">{say('code.nothing-sent')}</Typography>
            </Flex>
          ) : (
            <Field.Root error={problem} hint={say('code.paste.hint')}>
              <Field.Label>{say('code.label')}</Field.Label>
              <Textarea
                value={code}
                onChange={(event) => {
                  setCode(event.target.value);
                  setProblem(undefined);
                }}
              />
              <Field.Hint />
              <Field.Error />
            </Field.Root>
          )}
        </Modal.Body>
        <Modal.Footer>
          {seen ? (
            <>
              <Button variant="tertiary" onClick={() => setSeen(null)}>
                {say('back')}
              </Button>
              <Button loading={isAsking} onClick={() => void ask()}>
                {say('code.ask')}
              </Button>
            </>
          ) : (
            <>
              <Modal.Close>
                <Button variant="tertiary">{say('cancel')}</Button>
              </Modal.Close>
              <Button loading={isReading} disabled={code.trim() === ''} onClick={() => void look()}>
                {say('continue')}
              </Button>
            </>
          )}
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
};
