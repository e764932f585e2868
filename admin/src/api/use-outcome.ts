import { useNotification } from '@strapi/strapi/admin';
import { useCallback } from 'react';
import { useErrorText } from './use-error-text';

type Answer<T> = { data: T } | { error: unknown };

/**
 * Shows how a mutation ended: what it failed with, or `done`. Resolves to its data, or to null where it failed, so that
 * dialogs stay open.
 *
 * @param onFailure says itself what it failed with: a notification vanishes, and a dialog may have to go on saying it.
 */
export const useOutcome = (onFailure?: (message: string) => void) => {
  const { toggleNotification } = useNotification();
  const errorText = useErrorText();
  return useCallback(
    async <T>(mutation: PromiseLike<Answer<T>>, done?: string | ((data: T) => string)): Promise<{ data: T } | null> => {
      const answer = await mutation;
      if ('error' in answer) {
        const message = errorText(answer.error);
        if (onFailure) onFailure(message);
        else toggleNotification({ type: 'danger', message });
        return null;
      }
      if (done !== undefined) {
        toggleNotification({ type: 'success', message: typeof done === 'string' ? done : done(answer.data) });
      }
      return { data: answer.data };
    },
    [toggleNotification, errorText, onFailure]
  );
};
