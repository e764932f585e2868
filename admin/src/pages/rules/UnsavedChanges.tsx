import { Dialog } from '@strapi/design-system';
import { ConfirmDialog } from '@strapi/strapi/admin';
import { useEffect } from 'react';
import { useBlocker } from 'react-router-dom';
import { useWords } from '../../words/use-words';

/** Asks before unsaved rules are left behind, by a link, another tab of the page, or the browser's own buttons. */
export const UnsavedChanges = () => {
  const say = useWords();
  const blocker = useBlocker(
    ({ currentLocation: from, nextLocation: to }) => from.pathname !== to.pathname || from.search !== to.search
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);
  if (blocker.state !== 'blocked') return null;
  return (
    <Dialog.Root open onOpenChange={(open: boolean) => !open && blocker.reset()}>
      <ConfirmDialog onConfirm={() => blocker.proceed()}>{say('rules.leave')}</ConfirmDialog>
    </Dialog.Root>
  );
};
