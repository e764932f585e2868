import { Box } from '@strapi/design-system';
import type { ComponentType, ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { EntryStatus } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationEntryQuery } from '../api/replication-api';
import { useWords } from '../words/use-words';
import { Asked, Told } from './asked';
import { kindOf, mayChange, type Description, type Kind } from './action-kinds';
import { goesTo, isKnownAt } from './goes-to';
import { isSaved } from './is-saved';
import { isTaking, tellingOf } from './list-actions';

/** What the content manager hands to an action; in a row of a list there is no tab. */
interface ActionProps {
  activeTab: string | null;
  model: string;
  documentId?: string;
  document?: { documentId?: string };
}

type Content = ReactNode | ComponentType<{ onClose: () => void }>;

interface Described extends Description {
  dialog?: { type: string; content?: Content };
}

/** One of the buttons beside an entry. The content manager calls it as a hook. */
export interface DocumentAction {
  (props: ActionProps): Described | null | undefined;
  type?: string;
}

/** What is asked before these says what becomes of the entry elsewhere. */
const TOLD = new Map<Kind, 'also.delete' | 'also.delete-language' | 'also.unpublish'>([
  ['delete', 'also.delete'],
  ['delete-language', 'also.delete-language'],
  ['unpublish', 'also.unpublish'],
]);

/**
 * Where an entry is read-only, the server refuses what these buttons do, and the form forgets what was typed: so they
 * cannot be pressed. What is this site's own can still be saved. Where it is edited, what takes it away from other sites
 * says so before it does.
 */
export const withReplication = (actions: DocumentAction[]): DocumentAction[] =>
  actions.map((action) => (mayChange(action.type) ? aware(action) : action));

const aware = (action: DocumentAction): DocumentAction => {
  const useAction: DocumentAction = (props) => {
    const description = action(props);
    const status = useStatus(props);
    const kind = description ? kindOf(action.type, description) : null;
    const told = useTold(kind, status);
    if (!description || kind === null) return description;
    const id = props.document?.documentId;
    // In a row of a list nothing is known before it is asked for.
    if (props.activeTab === null && isTaking(kind) && id) return tellingOf(description, kind, props.model, [id]);
    if (!status) return description;
    const isFree = !status.lockedBy || (kind === 'update' && status.localFields.length > 0);
    if (!isFree) return { ...description, disabled: true };
    const { dialog } = description;
    return told !== null && dialog ? { ...description, dialog: withTold(dialog, told) } : description;
  };
  return Object.assign(useAction, action);
};

const withTold = (dialog: NonNullable<Described['dialog']>, told: string): Described['dialog'] => {
  const { type, content } = dialog;
  if (type === 'dialog' && typeof content !== 'function')
    return { ...dialog, content: <Asked also={<Told>{told}</Told>}>{content}</Asked> };
  if (type !== 'modal' || typeof content !== 'function') return dialog;
  const Asking = content;
  return {
    ...dialog,
    content: (props: { onClose: () => void }) => (
      <>
        <Asking {...props} />
        <Box paddingLeft={8} paddingRight={8} paddingBottom={4}>
          <Told>{told}</Told>
        </Box>
      </>
    ),
  };
};

/** Asks nothing that the panel does not ask. */
const useStatus = ({ activeTab, model, ...named }: ActionProps): EntryStatus | undefined => {
  const mayRead = useMayRead();
  const documentId = named.document?.documentId ?? named.documentId;
  const isShown = mayRead && activeTab !== null && isSaved(documentId);
  // Not rendered anew while it is asked again: the content manager would build its open window anew each time.
  const { data } = useReplicationEntryQuery(
    { uid: model, documentId: documentId ?? '' },
    { skip: !isShown, selectFromResult: ({ currentData }) => ({ data: currentData }) }
  );
  return isShown ? data : undefined;
};

const useTold = (kind: Kind | null, status: EntryStatus | undefined): string | null => {
  const say = useWords();
  const { formatList } = useIntl();
  const word = kind && TOLD.get(kind);
  const sites = goesTo(status)
    .filter(isKnownAt)
    .map(({ name }) => name);
  return word && sites.length > 0 ? say(word, { sites: formatList(sites) }) : null;
};
