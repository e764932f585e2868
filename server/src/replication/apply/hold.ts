/**
 * Why an entry that arrived is not shown here yet. It is told to the site that sent it: as a code with values, which that
 * site's panel says in its user's language, and as an English sentence for logs and for codes it does not know.
 */
export interface Hold {
  code: string;
  values: { [name: string]: string };
  reason: string;
}

export const bytesMissing: Hold = {
  code: 'FILE_BYTES_MISSING',
  values: {},
  reason: 'The file’s bytes have not arrived yet.',
};

export const typeUnknown = (type: string): Hold => ({
  code: 'TYPE_UNKNOWN',
  values: { type },
  reason: `This site has no content type “${type}”.`,
});

export const kindDiffers = (type: string, single: boolean): Hold => ({
  code: single ? 'TYPE_IS_SINGLE' : 'TYPE_IS_COLLECTION',
  values: { type },
  reason: `“${type}” is a ${single ? 'single' : 'collection'} type here, and not on the site it comes from.`,
});

export const notStored = (message: string): Hold => ({
  code: 'NOT_STORED',
  values: { message: message.slice(0, 900) },
  reason: `This site refused to store it: ${message}`.slice(0, 1_000),
});
