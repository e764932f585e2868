import { FILE_UID, entityOf, type EntityKey, type Uid } from '../entity';
import type { Context } from '../context';
import { Identity } from '../identity';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';

/** How many entries one step of a job looks at. */
export const BASELINE_STEP = 200;

/** Files that entries use have no history until somebody uses them: their first sight is their first revision. */
export const markFirstSeen = async (
  context: Context,
  { tables }: Unit,
  targets: ReadonlySet<EntityKey>
): Promise<void> => {
  const files = [...targets].filter((key) => entityOf(key).uid === FILE_UID);
  if (files.length === 0) return;
  const known = new Set((await tables.find('entries', { entity: files })).map(({ entity }) => entity));
  const unseen = files.filter((key) => !known.has(key)).map((key) => entityOf(key).id);
  await markBaseline(context, tables, FILE_UID, unseen);
};

/** Entries without a rule have no history until they are to go along with what refers to them. */
export const markAlong = async (context: Context, unit: Unit, entities: ReadonlySet<EntityKey>): Promise<void> => {
  if (entities.size === 0) return;
  const { tables } = unit;
  const identity = await Identity.of(context, unit);
  const byType = new Map<Uid, string[]>();
  for (const { uid, id } of [...entities].map(entityOf)) {
    const local = context.schemas.type(uid) ? await identity.local({ uid, id }) : null;
    if (local !== null) byType.set(uid, [...(byType.get(uid) ?? []), local]);
  }
  for (const [uid, ids] of byType) await markBaseline(context, tables, uid, ids);
};

/** Marks entries that are there already, so that the recorder takes them for what they are. */
export const markBaseline = async (
  context: Pick<Context, 'clock'>,
  tables: Tables,
  uid: Uid,
  localIds: readonly string[]
): Promise<void> => {
  await tables.insert(
    'marks',
    localIds.map((id) => ({
      uid,
      document_id: id,
      locale: '',
      status: '',
      action: 'baseline' as const,
      actor: null,
      base: null,
      at: context.clock.now(),
    })),
    'fail'
  );
};

/** Has the recorder look at entries that no save has marked. */
export const markEntities = async (
  tables: Tables,
  uid: Uid,
  found: readonly Pick<Row<'findings'>, 'entity'>[],
  now: number
): Promise<void> => {
  const known = new Map(
    (await tables.find('entries', { entity: found.map(({ entity }) => entity) })).map((row) => [
      row.entity,
      row.local_id,
    ])
  );
  const ids = found.map(({ entity }) => known.get(entity) ?? entity.slice(uid.length + 1));
  await markBaseline({ clock: { now: () => now } }, tables, uid, ids);
};
