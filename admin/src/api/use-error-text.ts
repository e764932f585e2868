import { useAPIErrorHandler } from '@strapi/strapi/admin';
import { useCallback } from 'react';
import { useWords } from '../words/use-words';

/** What a failed call is told as. One that says nothing of itself has words, too: Strapi's own would throw, or be English. */
export const useErrorText = (): ((error: unknown) => string) => {
  const say = useWords();
  const { _unstableFormatAPIError: format } = useAPIErrorHandler();
  return useCallback(
    (error) => {
      const { message } = (error ?? {}) as { message?: unknown };
      return typeof message === 'string' && message !== '' ? format(error as never) : say('error');
    },
    [format, say]
  );
};
