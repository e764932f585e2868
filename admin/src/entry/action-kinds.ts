/** What the content manager shows for an action, as far as it tells what the action does. */
export interface Description {
  disabled?: boolean;
  variant?: string;
  position?: string | string[];
  /** What is asked first. */
  dialog?: { type: string };
}

/** What is done to an entry; `other`: something that is asked about first, nobody knows what. */
export type Kind = 'publish' | 'update' | 'unpublish' | 'discard' | 'delete' | 'delete-language' | 'other';

/** Strapi's own actions that change an entry say what they are. */
const CHANGING: ReadonlySet<string> = new Set(['publish', 'update', 'unpublish', 'discard', 'delete']);

/** Is it one of those that may change an entry? i18n's, which do so with single languages, say nothing of themselves. */
export const mayChange = (type: string | undefined): boolean => type === undefined || CHANGING.has(type);

/** null: it changes nothing. i18n's are known by what they ask first, and where their button is. */
export const kindOf = (type: string | undefined, { variant, position, dialog }: Description): Kind | null => {
  if (type !== undefined) return CHANGING.has(type) ? (type as Kind) : null;
  if (!dialog) return null;
  if (variant === 'danger' && dialog.type === 'modal') return 'unpublish';
  const isInMenu = [position].flat().includes('header');
  return variant === 'danger' && dialog.type === 'dialog' && isInMenu ? 'delete-language' : 'other';
};
