import type { Fields, Json, TypeSchema } from '../../../server/src/replication/entity';
import { unpack } from '../../../server/src/replication/history/contents';
import type { Row } from '../../../server/src/replication/tables';
import type { Site } from './site';

export interface HeldRow {
  fields: Fields;
  publishedAt: string | null;
}

/**
 * The rows a revision stands for, read from the tables without the domain's own code: `shared` and a locale's part make
 * a draft. null: parts of it are withheld.
 */
export const rowsHeldBy = (site: Site, revision: string, schema: TypeSchema): Map<string, HeldRow> | null => {
  const parts = site.database.table('parts').find({ revision }) as unknown as Row<'parts'>[];
  const contents = site.database.table('contents');
  const held = new Map<string, HeldRow>();
  const opened = new Map<string, { fields?: Fields; dates?: { publishedAt?: string } }>();
  for (const { name, content } of parts) {
    if (content === null && name !== 'people') return null;
    const stored = content === null ? undefined : (contents.get(content) as Row<'contents'> | undefined);
    if (stored) opened.set(name, JSON.parse(unpack(stored.bytes)) as { fields?: Fields });
  }
  const shared: { [name: string]: Json } = opened.get('shared')?.fields ?? {};
  for (const [name, { fields = {}, dates = {} }] of opened) {
    if (name === 'shared' || name === 'people') continue;
    const isDraft = name.endsWith('/draft');
    if (isDraft && !schema.drafts) continue;
    held.set(name, { fields: isDraft ? { ...shared, ...fields } : fields, publishedAt: dates.publishedAt ?? null });
  }
  if (schema.drafts) copyPublished(held, schema, opened.has('shared') ? shared : null);
  return held;
};

/** Where a locale is published and has no draft, its draft is a copy, with the fields all drafts share. */
const copyPublished = (held: Map<string, HeldRow>, schema: TypeSchema, shared: Fields | null): void => {
  for (const [name, { fields }] of [...held]) {
    const draft = name.replace(/\/published$/, '/draft');
    if (held.has(draft)) continue;
    const own = Object.entries(fields).filter(([field]) => shared === null || !schema.shared.includes(field));
    held.set(draft, { fields: { ...Object.fromEntries(own), ...shared }, publishedAt: null });
  }
};
