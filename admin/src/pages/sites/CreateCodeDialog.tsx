import { Button, Field, Flex, Loader, Modal, Textarea, Typography } from '@strapi/design-system';
import { Duplicate } from '@strapi/icons';
import { useAPIErrorHandler, useClipboard, useNotification } from '@strapi/strapi/admin';
import { useEffect } from 'react';
import { useIntl } from 'react-intl';
import type { Site } from '../../../../server/src/contracts';
import { useIssueReplicationCodeMutation } from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { Fingerprint } from './Fingerprint';

/** A code for the other site's administrator. Each opening makes a new one: a code is good once. */
export const CreateCodeDialog = ({ site, onClose }: { site: Site; onClose: () => void }) => {
  const say = useWords();
  const { formatTime } = useIntl();
  const { copy } = useClipboard();
  const { toggleNotification } = useNotification();
  const { formatAPIError } = useAPIErrorHandler();
  const [issue, { data, error }] = useIssueReplicationCodeMutation();
  useEffect(() => {
    void issue();
  }, [issue]);

  const copyCode = async () => {
    if (!data) return;
    const copied = await copy(data.code);
    toggleNotification({
      type: copied ? 'success' : 'warning',
      message: say(copied ? 'code.copied' : 'code.not-copied'),
    });
  };

  return (
    <Modal.Root open onOpenChange={onClose}>
      <Modal.Content>
        <Modal.Header closeLabel={say('close')}>
          <Modal.Title>{say('create-code')}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Flex direction="column" alignItems="stretch" gap={4}>
            {error ? (
              <Notice
                tone="danger"
                title={say('code.error')}
                action={
                  <Button size="S" variant="tertiary" onClick={() => void issue()}>
                    {say('try-again')}
                  </Button>
                }
              >
                {formatAPIError(error as never)}
              </Notice>
            ) : data ? (
              <>
                <Typography>{say('code.steps')}</Typography>
                <Field.Root hint={say('code.expires', { time: formatTime(data.expiresAt) })}>
                  <Field.Label>{say('code.label')}</Field.Label>
                  <Textarea readOnly value={data.code} onFocus={(event) => event.currentTarget.select()} />
                  <Field.Hint />
                </Field.Root>
                <Typography variant="pi" textColor="neutral600">
                  {say('code.secret')}
                </Typography>
                <Fingerprint title={say('this-site.short')} {...site} />
              </>
            ) : (
              <Loader>{say('loading')}</Loader>
            )}
          </Flex>
        </Modal.Body>
        <Modal.Footer>
          <Modal.Close>
            <Button variant="tertiary">{say('close')}</Button>
          </Modal.Close>
          <Button startIcon={<Duplicate />} disabled={!data} onClick={() => void copyCode()}>
            {say('code.copy')}
          </Button>
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
};
