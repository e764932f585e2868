import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import { isPublishedPart } from './revision';

/**
 * Forgets what was opened of others' drafts and people: from now on only what is published may be seen here.
 * What was written here (by `selves`) stays: no other site may hold it.
 */
export const closeDrafts = async (tables: Tables, entity: EntityKey, selves: readonly string[]): Promise<void> => {
  const revisions = (await tables.find('revisions', { entity })).flatMap(({ id, origin }) =>
    selves.includes(origin) ? [] : [id]
  );
  const open = (await tables.find('parts', { revision: revisions })).filter(
    ({ name, content }) => content !== null && !isPublishedPart(name)
  );
  for (const { revision, name } of open) {
    await tables.update('parts', { revision, name }, { salt: null, content: null });
  }
  await dropUnused(
    tables,
    open.flatMap(({ content }) => content ?? [])
  );
};

/** Removes an entry's history from here. Its headers and contents are gone; what other entries share with it stays. */
export const forgetHistory = async (tables: Tables, entity: EntityKey): Promise<void> => {
  const revisions = (await tables.find('revisions', { entity })).map(({ id }) => id);
  const contents = (await tables.find('parts', { revision: revisions })).flatMap(({ content }) => content ?? []);
  await tables.remove('parts', { revision: revisions });
  await tables.remove('parents', { revision: revisions });
  await tables.remove('revisions', { id: revisions });
  await tables.remove('leaves', { entity });
  await dropUnused(tables, contents);
};

/** Removes contents that no part holds any more. */
export const dropUnused = async (tables: Tables, hashes: readonly string[]): Promise<void> => {
  const candidates = [...new Set(hashes)];
  if (candidates.length === 0) return;
  // Who stores one of them meanwhile waits for us and puts it back, or has done so and is seen here.
  await tables.lock('contents', { hash: candidates });
  const used = new Set((await tables.find('parts', { content: candidates })).map(({ content }) => content));
  await tables.remove('contents', { hash: candidates.filter((hash) => !used.has(hash)) });
};
