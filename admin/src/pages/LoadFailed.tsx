import { Button } from '@strapi/design-system';
import type { ReactNode } from 'react';
import { useErrorText } from '../api/use-error-text';
import { useWords } from '../words/use-words';
import { Notice } from './Notice';

interface Props {
  title: string;
  error: unknown;
  onRetry: () => void;
  /** What else can be done. */
  also?: ReactNode;
  compact?: boolean;
}

/** What could not be read, and why; it can be tried again. */
export const LoadFailed = ({ title, error, onRetry, also, compact }: Props) => {
  const say = useWords();
  const errorText = useErrorText();
  return (
    <Notice
      compact={compact}
      tone="danger"
      title={title}
      action={
        <>
          <Button type="button" size="S" variant="tertiary" onClick={onRetry}>
            {say('try-again')}
          </Button>{' '}
          {also}
        </>
      }
    >
      {errorText(error)}
    </Notice>
  );
};
