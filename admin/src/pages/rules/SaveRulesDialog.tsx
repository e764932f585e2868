import { Box, Button, Flex, Modal, Typography } from '@strapi/design-system';
import { ruleWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import { OpenModal } from '../OpenModal';
import { effectOf, type Change } from './rule-changes';

interface Props {
  name: string;
  changes: Change[];
  isSaving: boolean;
  onSave: () => void;
  onClose: () => void;
}

/** Says, type by type, what saving does before anything is sent or taken back. */
export const SaveRulesDialog = ({ name, changes, isSaving, onSave, onClose }: Props) => {
  const say = useWords();
  return (
    <OpenModal onClose={onClose}>
      <Modal.Header closeLabel={say('close')}>
        <Modal.Title>{say('rules.confirm.title', { name })}</Modal.Title>
      </Modal.Header>
      <Modal.Body>
        {changes.length === 0 && <Typography>{say('rules.confirm.nothing')}</Typography>}
        <Flex tag="ul" direction="column" alignItems="stretch" gap={4}>
          {changes.map((change) => (
            <Box tag="li" key={change.type.uid}>
              <Typography fontWeight="bold">{change.type.displayName}</Typography>
              <Box>
                <Typography textColor="neutral600">
                  {ruleWord(say, change.before, change.type.drafts, name)} →{' '}
                  {ruleWord(say, change.after, change.type.drafts, name)}
                </Typography>
              </Box>
              <Typography>{say(`effect.${effectOf(change)}`, { name, count: change.type.entries })}</Typography>
            </Box>
          ))}
        </Flex>
      </Modal.Body>
      <Modal.Footer>
        <Modal.Close>
          <Button variant="tertiary">{say('cancel')}</Button>
        </Modal.Close>
        <Button loading={isSaving} onClick={onSave}>
          {say('rules.confirm.save')}
        </Button>
      </Modal.Footer>
    </OpenModal>
  );
};
