import { useMayRead } from '../api/allowed';
import { useReplicationEntryQuery } from '../api/replication-api';
import { isSaved } from './is-saved';

/** What the content manager hands to an action; in a row of a list there is no tab. */
interface ActionProps {
  activeTab: string | null;
  model: string;
  documentId?: string;
  document?: { documentId?: string };
}

interface Description {
  disabled?: boolean;
}

/** One of the buttons beside an entry. The content manager calls it as a hook. */
export interface DocumentAction {
  (props: ActionProps): Description | null | undefined;
  type?: string;
}

/** Strapi's buttons that change an entry. */
const CHANGING: ReadonlySet<string> = new Set(['publish', 'update', 'unpublish', 'discard', 'delete']);

/**
 * Where an entry is read-only, the server refuses what these buttons do, and the form forgets what was typed: so they
 * cannot be pressed. What is this site's own can still be saved.
 */
export const disabledWhereLocked = (actions: DocumentAction[]): DocumentAction[] =>
  actions.map((action) => (CHANGING.has(action.type ?? '') ? lockable(action) : action));

const lockable = (action: DocumentAction): DocumentAction => {
  const useAction: DocumentAction = (props) => {
    const description = action(props);
    const isLocked = useIsLocked(props, action.type === 'update');
    return description && isLocked ? { ...description, disabled: true } : description;
  };
  return Object.assign(useAction, action);
};

/** Asks nothing that the panel does not ask. */
const useIsLocked = ({ activeTab, model, ...named }: ActionProps, savesLocalFields: boolean): boolean => {
  const mayRead = useMayRead();
  const documentId = named.document?.documentId ?? named.documentId;
  const isShown = mayRead && activeTab !== null && isSaved(documentId);
  const { data } = useReplicationEntryQuery({ uid: model, documentId: documentId ?? '' }, { skip: !isShown });
  if (!isShown || !data?.lockedBy) return false;
  return !savesLocalFields || data.localFields.length === 0;
};
