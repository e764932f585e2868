import type { ReactNode } from 'react';
import { useMayRead } from '../api/allowed';
import { useWords } from '../words/use-words';
import { EntrySites } from './EntrySites';
import { isSaved } from './is-saved';

/** What the content manager hands to a panel. */
export interface PanelProps {
  model: string;
  documentId?: string;
  document?: { documentId?: string; status?: string };
}

/** The panel beside an entry. The content manager calls it as a hook: nothing is shown for an entry that is not saved yet. */
export const StatusPanel = ({
  model,
  documentId,
  document,
}: PanelProps): { title: string; content: ReactNode } | null => {
  const say = useWords();
  const mayRead = useMayRead();
  const id = document?.documentId ?? documentId;
  if (!mayRead || !isSaved(id)) return null;
  const draftIsNewer = document?.status === 'modified';
  return {
    title: say('panel.title'),
    content: <EntrySites uid={model} documentId={id} draftIsNewer={draftIsNewer} />,
  };
};
