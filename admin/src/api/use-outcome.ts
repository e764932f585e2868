import { useNotification } from '@strapi/strapi/admin';
import { useCallback } from 'react';
import { useErrorText } from './use-error-text';

type Answer<T> = { data: T } | { error: unknown };

/**
 * Shows how a mutation ended: what it failed with, or `done`. Resolves to its data, or to null where it failed, so that
 * dialogs stay open.
 *
 * What it failed with stays until somebody closes it.
 *
 * @param onFailure says itself what it failed with, as in a dialog that stays open.
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
        else toggleNotification({ type: 'danger', message, blockTransition: true });
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
