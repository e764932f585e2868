import type { ComponentType, ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { STATUS_BATCH_LIMIT } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationStatusesQuery } from '../api/replication-api';
import { useWords } from '../words/use-words';
import { Asked, Told } from './asked';

type Content = ReactNode | ComponentType<{ onClose: () => void }>;

export interface Asking {
  dialog?: { type: string; content?: Content };
}

/** One of the buttons above a list, for the entries that are ticked. The content manager calls it as a hook. */
export interface BulkAction {
  (props: { model: string; documents: { documentId?: string }[] }): Asking | null | undefined;
  type?: string;
}

/** What takes entries away from other sites, too. */
const TOLD = { delete: 'also.delete', unpublish: 'also.unpublish' } as const;
const TOLD_OF_MANY = { delete: 'also.delete-many', unpublish: 'also.unpublish-many' } as const;
export type Taking = keyof typeof TOLD;
export const isTaking = (kind: string | null | undefined): kind is Taking => kind === 'delete' || kind === 'unpublish';

/** What several entries are asked about says from which sites they go as well. */
export const withSitesTold = (actions: BulkAction[]): BulkAction[] =>
  actions.map((action) => {
    const { type } = action;
    if (!isTaking(type)) return action;
    const useAction: BulkAction = (props) => {
      const description = action(props);
      const ids = props.documents.flatMap(({ documentId }) => documentId ?? []);
      return description && tellingOf(description, type, props.model, ids);
    };
    return Object.assign(useAction, action);
  });

/** The same question, with where it happens as well. It is asked for when the question is there: most are never asked. */
export const tellingOf = <D extends Asking>(description: D, kind: Taking, uid: string, ids: readonly string[]): D => {
  const { dialog } = description;
  if (dialog?.type !== 'dialog' || typeof dialog.content === 'function' || ids.length === 0) return description;
  const also = <AlsoThere kind={kind} uid={uid} ids={ids.slice(0, STATUS_BATCH_LIMIT)} />;
  return { ...description, dialog: { ...dialog, content: <Asked also={also}>{dialog.content}</Asked> } };
};

const AlsoThere = ({ kind, uid, ids }: { kind: Taking; uid: string; ids: string[] }) => {
  const say = useWords();
  const { formatList } = useIntl();
  const mayRead = useMayRead();
  const { currentData } = useReplicationStatusesQuery({ uid, documentIds: ids }, { skip: !mayRead });
  const sites = [...new Set(Object.values(currentData ?? {}).flatMap(({ goesTo }) => goesTo))];
  if (sites.length === 0) return null;
  const word = ids.length > 1 ? TOLD_OF_MANY[kind] : TOLD[kind];
  return <Told>{say(word, { sites: formatList(sites) })}</Told>;
};
