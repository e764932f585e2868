import type { PreviewEntry, PreviewPage, PreviewState, TypeView } from '../../../server/src/contracts';

/** Content types and pages of a comparison, as the API gives them. */
export const type = (uid: string, changes: Partial<TypeView> = {}): TypeView => ({
  uid,
  displayName: uid,
  kind: 'collectionType',
  localized: false,
  drafts: true,
  entries: 3,
  refers: [],
  localFields: [],
  ...changes,
});

export const entry = (documentId: string, state: PreviewState, changes: Partial<PreviewEntry> = {}): PreviewEntry => ({
  uid: 'article',
  id: documentId,
  documentId,
  title: documentId,
  typeName: 'Article',
  state,
  matched: null,
  fields: [],
  candidates: [],
  ...changes,
});

export const page = (entries: PreviewEntry[], changes: Partial<PreviewPage> = {}): PreviewPage => ({
  cursor: null,
  total: entries.length,
  totalThere: 0,
  entries,
  files: 0,
  bytes: 0,
  ...changes,
});
