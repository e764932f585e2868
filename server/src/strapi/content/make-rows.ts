import { keyOf, type LocalEntry, type TypeSchema, type Uid } from '../../replication/entity';
import type { NewEntry } from '../../replication/ports';
import { type Applying, whileApplying } from './applying';
import { localeColumn, type Session } from './content';
import { ensureLocale } from './locales';
import { NewRows } from './new-rows';
import { type Data, dataOf } from './row-writer';
import { componentsWithin } from './schemas';
import { datesOf, type Kept, prepare, selfReferring, sourceOf, writeRows } from './write-rows';

/** The type and its components: everything of which rows are made. */
export const modelsWithin = ({ schemas }: Pick<Session, 'schemas'>, schema: TypeSchema): Uid[] => [
  schema.uid,
  ...componentsWithin(schema.attributes, schemas.components, new Set()),
];

/**
 * Makes the first rows of several entries of a type, in their order and inside the current transaction: together as far as
 * that comes to the same, and the others one by one. Only where no hook of the site would run for each of them.
 */
export const makeRows = async (
  session: Session,
  schema: TypeSchema,
  entries: readonly NewEntry[],
  quiet: boolean
): Promise<LocalEntry[]> => {
  const { strapi, trx } = session;
  const { uid } = schema;
  const plan = await planner(session, schema, entries);
  const along: LocalEntry[] = [];
  let rows = new NewRows(strapi);
  let planned: NewEntry[] = [];
  const makePlanned = async (): Promise<void> => {
    const [made, making] = [planned, rows];
    if (made.length === 0) return;
    [planned, rows] = [[], new NewRows(strapi)];
    for (const { localId } of made) session.locked.delete(keyOf({ uid, id: localId }));
    for (const locale of new Set(made.flatMap(({ writes }) => writes.map((write) => write.locale)))) {
      if (schema.localized && localeColumn(locale) !== null) await ensureLocale(strapi, locale);
    }
    const work = async (applying: Applying): Promise<LocalEntry[]> => {
      applying.isNew = true;
      await making.insert(trx);
      return [...applying.along.values()];
    };
    const ids = made.map(({ localId }) => localId);
    along.push(...(await whileApplying(uid, ids, work, quiet)));
  };

  for (const entry of entries) {
    if (canBePlanned(session, schema, entry) && (await plan(rows, entry))) {
      planned.push(entry);
      continue;
    }
    await makePlanned();
    along.push(...(await writeRows(session, schema, entry.localId, entry.writes, entry.telling, quiet)).along);
  }
  await makePlanned();
  return along;
};

/** They were locked, and nobody had made a row of them by then. What refers to itself is linked once it has an id. */
const canBePlanned = (session: Session, schema: TypeSchema, { localId, writes }: NewEntry): boolean =>
  session.locked.get(keyOf({ uid: schema.uid, id: localId }))?.length === 0 &&
  writes.every((write) => write.kind === 'create' && Object.keys(selfReferring(write, schema, localId)).length === 0);

/** Looks up what all of them need; what it answers plans one of them, or says that only Strapi itself can make it. */
const planner = async (session: Session, schema: TypeSchema, entries: readonly NewEntry[]) => {
  const { uid, attributes } = schema;
  const writesOf = (entry: NewEntry) => entry.writes.filter((write): write is Kept => write.kind !== 'remove');
  const prepared = await prepare(session, entries.flatMap(writesOf), [], schema);
  return (rows: NewRows, entry: NewEntry): Promise<boolean> =>
    rows.plan(async () => {
      const create = (model: Uid, data: Data) => rows.add(model, data);
      for (const write of writesOf(entry)) {
        const writing = { ...prepared, source: sourceOf(schema, write), create };
        const data = { ...(await dataOf(writing, uid, null, attributes, write.fields, {})), ...datesOf(schema, write) };
        create(uid, { ...data, documentId: entry.localId, locale: localeColumn(write.locale) });
      }
    });
};
