import { Button, Checkbox, Field, Flex, Modal, TextInput, Typography } from '@strapi/design-system';
import { useNotification } from '@strapi/strapi/admin';
import { useState, type FormEvent } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useLeaveReplicationMutation } from '../../api/replication-api';
import { useErrorText } from '../../api/use-error-text';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { OpenModal } from '../OpenModal';
import { LeaveMeaning } from './LeaveMeaning';

interface Props {
  site: Site;
  links: LinkView[];
  onClose: () => void;
}

interface Failure {
  message: string;
  /** A linked site does not know yet: one can leave all the same. */
  isUntold: boolean;
}

/** Ends everything between this site and others. It says what that means, and wants the site's name, before it does so. */
export const LeaveDialog = ({ site, links, onClose }: Props) => {
  const say = useWords();
  const errorText = useErrorText();
  const { toggleNotification } = useNotification();
  const [leave, { isLoading }] = useLeaveReplicationMutation();
  const [name, setName] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSure, setSure] = useState(false);
  // The links end with the first attempt: what the dialog says stays what it was asked about.
  const [asked] = useState(links);
  const isUntold = failure?.isUntold ?? false;
  const isNamed = name.trim() === site.name.trim();

  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    if (!isNamed || isLoading) return;
    const answer = await leave({ name: name.trim(), evenIfUntold: isUntold && isSure });
    if ('error' in answer) {
      const { details } = answer.error as { details?: { code?: unknown } };
      setFailure({ message: errorText(answer.error), isUntold: details?.code === 'SITES_NOT_TOLD' });
      return;
    }
    toggleNotification({ type: 'success', message: say('leave.done') });
    onClose();
  };

  return (
    <OpenModal onClose={onClose}>
      <form onSubmit={(event) => void confirm(event)}>
        <Modal.Header closeLabel={say('close')}>
          <Modal.Title>{say('leave.title', { name: site.name })}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Flex direction="column" alignItems="stretch" gap={4}>
            <LeaveMeaning links={asked} />
            {failure && (
              <Notice tone="danger" title={say(isUntold ? 'leave.untold' : 'leave.error')}>
                {failure.message}
              </Notice>
            )}
            {isUntold && (
              <Checkbox checked={isSure} onCheckedChange={(checked) => setSure(checked === true)}>
                <Typography>{say('leave.anyway')}</Typography>
              </Checkbox>
            )}
            <Field.Root required>
              <Field.Label>{say('leave.name', { name: site.name })}</Field.Label>
              <TextInput autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
            </Field.Root>
          </Flex>
        </Modal.Body>
        <Modal.Footer>
          <Modal.Close>
            <Button variant="tertiary">{say('cancel')}</Button>
          </Modal.Close>
          <Button type="submit" variant="danger" loading={isLoading} disabled={!isNamed}>
            {say('leave')}
          </Button>
        </Modal.Footer>
      </form>
    </OpenModal>
  );
};
