import { Flex, Typography } from '@strapi/design-system';
import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { EntryStatus } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationEntryQuery } from '../api/replication-api';
import { useWords } from '../words/use-words';
import { goesTo, isKnownAt } from './goes-to';
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
  /** What is asked first. */
  dialog?: { type: string; content?: ReactNode };
}

/** One of the buttons beside an entry. The content manager calls it as a hook. */
export interface DocumentAction {
  (props: ActionProps): Description | null | undefined;
  type?: string;
}

/** Strapi's buttons that change an entry. */
const CHANGING: ReadonlySet<string> = new Set(['publish', 'update', 'unpublish', 'discard', 'delete']);
/** What is asked before them says what becomes of the entry elsewhere. */
const TOLD = new Map([
  ['delete', 'also.delete'],
  ['unpublish', 'also.unpublish'],
] as const);

/**
 * Where an entry is read-only, the server refuses what these buttons do, and the form forgets what was typed: so they
 * cannot be pressed. What is this site's own can still be saved. Where it is edited, what takes it away from other sites
 * says so before it does.
 */
export const withReplication = (actions: DocumentAction[]): DocumentAction[] =>
  actions.map((action) => (CHANGING.has(action.type ?? '') ? aware(action) : action));

const aware = (action: DocumentAction): DocumentAction => {
  const useAction: DocumentAction = (props) => {
    const description = action(props);
    const status = useStatus(props);
    const told = useTold(action.type, status);
    if (!description || !status) return description;
    const isFree = !status.lockedBy || (action.type === 'update' && status.localFields.length > 0);
    if (!isFree) return { ...description, disabled: true };
    const { dialog } = description;
    if (told === null || dialog?.type !== 'dialog') return description;
    return { ...description, dialog: { ...dialog, content: <Asked also={told}>{dialog.content}</Asked> } };
  };
  return Object.assign(useAction, action);
};

/** Asks nothing that the panel does not ask. */
const useStatus = ({ activeTab, model, ...named }: ActionProps): EntryStatus | undefined => {
  const mayRead = useMayRead();
  const documentId = named.document?.documentId ?? named.documentId;
  const isShown = mayRead && activeTab !== null && isSaved(documentId);
  const { data } = useReplicationEntryQuery({ uid: model, documentId: documentId ?? '' }, { skip: !isShown });
  return isShown ? data : undefined;
};

const useTold = (type: string | undefined, status: EntryStatus | undefined): string | null => {
  const say = useWords();
  const { formatList } = useIntl();
  const word = TOLD.get(type as 'delete');
  const sites = goesTo(status)
    .filter(isKnownAt)
    .map(({ name }) => name);
  return word && sites.length > 0 ? say(word, { sites: formatList(sites) }) : null;
};

const Asked = ({ also, children }: { also: string; children: ReactNode }) => (
  <Flex direction="column" alignItems="stretch" gap={4}>
    {children}
    <Typography tag="p" textAlign="center" fontWeight="bold">
      {also}
    </Typography>
  </Flex>
);
