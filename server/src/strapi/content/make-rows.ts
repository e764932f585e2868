import { keyOf, type LocalEntry, type TypeSchema, type Uid } from '../../replication/entity';
import type { NewEntry } from '../../replication/ports';
import { whileApplying } from './applying';
import { localeColumn, type Session } from './content';
import { ensureLocale } from './locales';
import { NewRows } from './new-rows';
import { dataOf } from './row-writer';
import { componentsWithin } from './schemas';
import { datesOf, type Kept, prepare, selfReferring, sourceOf, writeRows } from './write-rows';

/** The type and its components: everything of which rows are made. */
export const modelsWithin = ({ schemas }: Pick<Session, 'schemas'>, schema: TypeSchema): Uid[] => [
  schema.uid,
  ...componentsWithin(schema.attributes, schemas.components, new Set()),
];

/**
 * Makes the first rows of several entries of a type, inside the current transaction: together as far as that comes to the
 * same, and the others one by one. Only where no hook of the site would run for each of them.
 */
export const makeRows = async (
  session: Session,
  schema: TypeSchema,
  entries: readonly NewEntry[],
  quiet: boolean
): Promise<LocalEntry[]> => {
  const ready = entries.filter((entry) => canBePlanned(session, schema, entry));
  const alone = entries.filter((entry) => !ready.includes(entry));
  const ids = ready.map(({ localId }) => localId);
  const along = await whileApplying(
    schema.uid,
    ids,
    async (applying) => {
      applying.isNew = true;
      alone.push(...(await makeTogether(session, schema, ready)));
      return [...applying.along.values()];
    },
    quiet
  );
  for (const { localId, writes, telling } of alone) {
    along.push(...(await writeRows(session, schema, localId, writes, telling, quiet)).along);
  }
  return along;
};

/** They were locked, and nobody had made a row of them by then. What refers to itself is linked once it has an id. */
const canBePlanned = (session: Session, schema: TypeSchema, { localId, writes }: NewEntry): boolean =>
  session.locked.get(keyOf({ uid: schema.uid, id: localId }))?.length === 0 &&
  writes.every((write) => write.kind === 'create' && Object.keys(selfReferring(write, schema, localId)).length === 0);

/** Answers those that only Strapi itself can make. */
const makeTogether = async (
  session: Session,
  schema: TypeSchema,
  entries: readonly NewEntry[]
): Promise<NewEntry[]> => {
  if (entries.length === 0) return [];
  const { strapi, trx } = session;
  const { uid, attributes } = schema;
  const writesOf = (entry: NewEntry) => entry.writes as readonly Kept[];
  const prepared = await prepare(session, entries.flatMap(writesOf), [], schema);
  const rows = new NewRows(strapi);
  const create = (model: Uid, data: Record<string, unknown>) => rows.add(model, data);
  const left: NewEntry[] = [];
  const locales = new Set<string>();
  for (const entry of entries) {
    const isPlanned = await rows.plan(async () => {
      for (const write of writesOf(entry)) {
        const writing = { ...prepared, source: sourceOf(schema, write), create };
        const data = { ...(await dataOf(writing, uid, null, attributes, write.fields, {})), ...datesOf(schema, write) };
        create(uid, { ...data, documentId: entry.localId, locale: localeColumn(write.locale) });
      }
    });
    if (!isPlanned) left.push(entry);
    else {
      session.locked.delete(keyOf({ uid, id: entry.localId }));
      for (const { locale } of entry.writes) locales.add(locale);
    }
  }
  for (const locale of locales)
    if (schema.localized && localeColumn(locale) !== null) await ensureLocale(strapi, locale);
  await rows.insert(trx);
  return left;
};
