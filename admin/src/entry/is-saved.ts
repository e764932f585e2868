/** What the content manager calls an entry that is open: of one that is not saved yet nothing is known. */
export const isSaved = (documentId: string | undefined): documentId is string =>
  documentId !== undefined && documentId !== '' && documentId !== 'create';
