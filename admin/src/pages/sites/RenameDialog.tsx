import { Button, Field, Modal, TextInput } from '@strapi/design-system';
import { useState, type FormEvent } from 'react';
import type { LinkView } from '../../../../server/src/contracts';
import { useRenameReplicationLinkMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { OpenModal } from '../OpenModal';

export const RenameDialog = ({ link, onClose }: { link: LinkView; onClose: () => void }) => {
  const say = useWords();
  const show = useOutcome();
  const [name, setName] = useState(link.name);
  const [rename, { isLoading }] = useRenameReplicationLinkMutation();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (await show(rename({ id: link.id, name: name.trim() }))) onClose();
  };
  return (
    <OpenModal onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <Modal.Header closeLabel={say('close')}>
          <Modal.Title>{say('rename.title', { name: link.name })}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Field.Root hint={say('rename.hint')} required>
            <Field.Label>{say('name')}</Field.Label>
            <TextInput value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
            <Field.Hint />
          </Field.Root>
        </Modal.Body>
        <Modal.Footer>
          <Modal.Close>
            <Button variant="tertiary">{say('cancel')}</Button>
          </Modal.Close>
          <Button type="submit" loading={isLoading} disabled={name.trim() === ''}>
            {say('save')}
          </Button>
        </Modal.Footer>
      </form>
    </OpenModal>
  );
};
