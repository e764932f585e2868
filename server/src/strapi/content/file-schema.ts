import { createHash } from 'node:crypto';
import { FILE_UID, type Attributes, type TypeSchema } from '../../replication/entity';
import type { Model } from './models';

/**
 * A file of the media library as an entry. Where its bytes are (`url`, `provider`, `provider_metadata`, `path`,
 * `previewUrl`, `folderPath`) is each site's own business; what they are is `sha256`, of the file and of each format.
 */
const VALUES: Record<string, string> = {
  name: 'string',
  alternativeText: 'string',
  caption: 'string',
  focalPoint: 'json',
  width: 'integer',
  height: 'integer',
  hash: 'string',
  ext: 'string',
  mime: 'string',
  size: 'decimal',
};

/** Not columns: made of other tables when read, and turned into these when written. */
export const DERIVED_FILE_ATTRIBUTES: ReadonlySet<string> = new Set(['folder', 'sha256', 'formats']);

export const fileSchema = (model: Model): TypeSchema => {
  const attributes: Attributes = {};
  for (const [name, type] of Object.entries(VALUES)) {
    if (model.attributes[name]) attributes[name] = { kind: 'value', type };
  }
  // The chain of folder names from the root; folders' own ids and path numbers are local.
  attributes.folder = { kind: 'value', type: 'json' };
  attributes.sha256 = { kind: 'value', type: 'string' };
  attributes.formats = { kind: 'value', type: 'json' };
  return {
    uid: FILE_UID,
    single: false,
    localized: false,
    drafts: false,
    attributes,
    shared: [],
    fingerprint: createHash('sha256')
      .update(JSON.stringify(Object.entries(attributes).sort()))
      .digest('hex'),
  };
};
