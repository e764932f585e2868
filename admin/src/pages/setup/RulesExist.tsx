import { Button } from '@strapi/design-system';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';

/** What is shared was chosen already, here or by somebody else meanwhile: it is not chosen over that. */
export const RulesExist = ({ name, onShowRules }: { name: string; onShowRules: () => void }) => {
  const say = useWords();
  return (
    <Notice
      tone="primary"
      title={say('setup.exists', { name })}
      action={
        <Button size="S" variant="secondary" onClick={onShowRules}>
          {say('tab.rules')}
        </Button>
      }
    >
      {say('setup.exists.text')}
    </Notice>
  );
};
