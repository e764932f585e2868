import { Button, Flex } from '@strapi/design-system';
import { useErrorText } from '../../api/use-error-text';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { ENDLESS, resumed, type PreviewRun } from './preview-run';
import type { ChangeRun } from './use-preview';

interface Props {
  failure: NonNullable<PreviewRun['failure']>;
  /** The content type's name. */
  type: string;
  name: string;
  onChange: ChangeRun;
  onLeaveOut: ((uid: string) => void) | null;
}

/** What kept a page from being compared. Trying again goes on from that page. */
export const PreviewFailure = ({ failure: { uid, error }, type, name, onChange, onLeaveOut }: Props) => {
  const say = useWords();
  const errorText = useErrorText();
  return (
    <Notice
      tone="danger"
      title={say('preview.failed', { type })}
      action={
        <Flex gap={2} wrap="wrap">
          <Button size="S" variant="secondary" onClick={() => onChange(resumed)}>
            {say('try-again')}
          </Button>
          {onLeaveOut && (
            <Button size="S" variant="tertiary" onClick={() => onLeaveOut(uid)}>
              {say('preview.leave-out', { type })}
            </Button>
          )}
        </Flex>
      }
    >
      {error === ENDLESS ? say('preview.endless', { name }) : errorText(error)} {say('preview.failed.text')}
    </Notice>
  );
};
