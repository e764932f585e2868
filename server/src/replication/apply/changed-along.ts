import type { Context } from '../context';
import {
  keyOf,
  type EntityKey,
  type Fields,
  type LocalEntry,
  type RowState,
  type TypeSchema,
  type Uid,
} from '../entity';
import { Busy } from '../errors';
import { same } from '../history/canonical';
import { contentOf, loadRevisions } from '../history/repository';
import { loadShown } from '../history/shown';
import { unshown } from '../capture/missing-references';
import { Identity, inCanonicalIds, mapReferences } from '../identity';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import { parkMore } from './park';

/**
 * Applying to one entry changes links that other entries hold: they vanish with their target's row, and what one entry
 * alone can hold is taken from another. That is nobody's edit. What is shown of these entries follows their rows, and
 * what their heads refer to and their rows have lost waits until it is free again.
 *
 * Where one of them was edited and not recorded yet, all is undone and tried again: the recorder goes first. It keeps a
 * link that went with its target as long as the target is gone, but that may be back by the time it looks.
 *
 * @param written entries of the same batch: of these is shown already what their rows hold.
 */
export const rememberAlong = async (
  context: Context,
  unit: Unit,
  changed: readonly LocalEntry[],
  written: ReadonlySet<EntityKey>
): Promise<void> => {
  const { tables } = unit;
  if (changed.length === 0) return;
  const identity = await Identity.of(context, unit);
  const keys = changed.map(({ uid, localId }) => keyOf(identity.canonical({ uid, id: localId })));
  const others = keys.filter((key) => !written.has(key)).sort();
  if (others.length > 0) await tables.lock('entries', { entity: others });
  const entries = (await tables.find('entries', { entity: [...new Set(keys)] })).filter(({ head }) => head !== null);
  if (entries.length === 0) return;

  const rows = await readAll(unit, context, entries);
  const shown = await loadShown(
    tables,
    entries.map(({ entity }) => entity)
  );
  const heads = await loadRevisions(
    tables,
    entries.flatMap(({ head }) => head ?? [])
  );
  const waiting = new Map<EntityKey, EntityKey[]>();
  for (const entry of entries) {
    const schema = context.schemas.type(entry.uid);
    if (!schema) continue;
    const now = rows.get(entry.uid)?.get(entry.local_id) ?? [];
    if (!written.has(entry.entity)) {
      const { uid, local_id: id } = entry;
      const edits = { uid, document_id: id, action: ['create', 'update', 'delete'] };
      // What an editor changed and what we took away could not be told apart any more.
      if ((await tables.count('marks', edits)) > 0) throw new Busy('An entry that refers to this one');
      await followRows(context, unit, entry, schema, shown.get(entry.entity)!, now);
    }
    const head = heads.get(entry.head!);
    if (!head) continue;
    const canonical = now.map((row) => inCanonicalIds(context, identity, entry.uid, row));
    waiting.set(entry.entity, unshown(contentOf(head), canonical, context, schema));
  }
  await parkMore(tables, waiting);
};

const readAll = async (
  { content }: Unit,
  context: Context,
  entries: readonly Row<'entries'>[]
): Promise<Map<Uid, Map<string, RowState[]>>> => {
  const ids = new Map<Uid, string[]>();
  for (const { uid, local_id: id } of entries) ids.set(uid, [...(ids.get(uid) ?? []), id]);
  const rows = new Map<Uid, Map<string, RowState[]>>();
  for (const [uid, some] of ids) if (context.schemas.type(uid)) rows.set(uid, await content.read(uid, some));
  return rows;
};

/** Only links are taken over: whatever else differs came past us, and is recorded when the entry is looked at. */
const followRows = async (
  { schemas }: Context,
  { tables }: Unit,
  { entity }: Row<'entries'>,
  schema: TypeSchema,
  shown: readonly RowState[],
  rows: readonly RowState[]
): Promise<void> => {
  const { attributes } = schema;
  const unlinked = (fields: Fields) => mapReferences(attributes, schemas.components, fields, () => null);
  for (const was of shown) {
    const row = rows.find(({ locale, status }) => locale === was.locale && status === was.status);
    if (!row || same(was.fields, row.fields)) continue;
    const fields: Fields = { ...was.fields };
    for (const name of Object.keys(attributes)) {
      const only = (all: Fields): Fields => (Object.hasOwn(all, name) ? { [name]: all[name]! } : {});
      const [before, now] = [only(was.fields), only(row.fields)];
      if (same(before, now) || !same(unlinked(before), unlinked(now))) continue;
      if (Object.hasOwn(now, name)) fields[name] = now[name]!;
      else delete fields[name];
    }
    const key = { entity, locale: was.locale, status: was.status };
    await tables.update('shown', key, { fields: JSON.stringify(fields) });
  }
};
