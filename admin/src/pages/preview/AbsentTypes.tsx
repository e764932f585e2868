import { Button, Flex } from '@strapi/design-system';
import { useIntl } from 'react-intl';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { resumed } from './preview-run';
import type { ChangeRun } from './use-preview';

interface Props {
  /** Names of content types. */
  absent: readonly string[];
  /** The other site's. */
  name: string;
  onChange: ChangeRun;
  /** null: there would be nothing left, or that cannot be chosen here. */
  onLeaveOut: (() => void) | null;
}

/** Content types are code: what the other site does not have somebody has to bring there. */
export const AbsentTypes = ({ absent, name, onChange, onLeaveOut }: Props) => {
  const say = useWords();
  const { formatList } = useIntl();
  return (
    <Notice
      tone="danger"
      title={say('preview.absent', { count: absent.length, name, types: formatList(absent) })}
      action={
        <Flex gap={2} wrap="wrap">
          <Button size="S" variant="secondary" onClick={() => onChange(resumed)}>
            {say('try-again')}
          </Button>
          {onLeaveOut && (
            <Button size="S" variant="tertiary" onClick={onLeaveOut}>
              {say('preview.absent.leave-out', { count: absent.length })}
            </Button>
          )}
        </Flex>
      }
    >
      {say('preview.absent.text', { name })}
    </Notice>
  );
};
