import { useEffect } from 'react';
import { useBlocker } from 'react-router-dom';
import { useWords } from '../words/use-words';
import { Question } from './Question';

/** Asks before what is not saved is left behind, by a link, another tab of the page, or the browser's own buttons. */
export const UnsavedChanges = ({ question }: { question: string }) => {
  const blocker = useBlocker(
    ({ currentLocation: from, nextLocation: to }) => from.pathname !== to.pathname || from.search !== to.search
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);
  const say = useWords();
  if (blocker.state !== 'blocked') return null;
  return (
    <Question title={say('unsaved.title')} isGrave onConfirm={() => blocker.proceed()} onClose={() => blocker.reset()}>
      {question}
    </Question>
  );
};
