import { FILE_UID, type Fields, type Reference, type RowState, type TypeSchema, type Uid } from '../entity';
import type { Context } from '../context';
import { canonical, sha256 } from '../history/canonical';
import { mapReferences, referencesIn, type Identity } from '../identity';
import type { Plain, Unit } from '../ports';
import { fileIdsIn, renameFiles, stringsIn } from '../upload-tokens';

/** A digest of each field of a row, that two sites which hold the same content under different ids compute alike. */
export interface ComparableRow {
  locale: string;
  status: RowState['status'];
  fields: { [name: string]: string };
}

/** What an entry that is referred to is called, instead of the id that it has on one site. */
export class Names {
  private constructor(
    private readonly identity: Identity,
    private readonly names: ReadonlyMap<string, Plain>
  ) {}

  /**
   * Looks up what the targets of these rows hold in the field that names them. Files are named by their bytes; those
   * must have been hashed.
   */
  static async of(
    context: Context,
    unit: Unit,
    identity: Identity,
    schema: TypeSchema,
    rows: readonly RowState[],
    named: Readonly<Record<Uid, string>>
  ): Promise<Names> {
    const targets = new Map<Uid, Set<string>>();
    for (const { uid, id } of targetsIn(context, schema, rows))
      targets.set(uid, (targets.get(uid) ?? new Set()).add(id));
    const names = new Map<string, Plain>();
    for (const [uid, ids] of targets) {
      const type = context.schemas.type(uid);
      if (!type) continue;
      const field = Object.hasOwn(named, uid) ? named[uid] : undefined;
      if (uid === FILE_UID) {
        const known = await unit.tables.find('file_bytes', { local_id: [...ids], format: '' });
        for (const { local_id: id, hash } of known) if (hash !== '') names.set(`${uid}/${id}`, hash);
      } else if (field !== undefined && type.attributes[field]?.kind === 'value' && !type.single) {
        // The smallest of all versions: which of them is read first is no part of the content.
        for (const { localId, value } of await unit.content.look(uid, field, { ids: [...ids] })) {
          const before = names.get(`${uid}/${localId}`);
          if (before === undefined || String(value) < String(before)) names.set(`${uid}/${localId}`, value);
        }
      }
    }
    return new Names(identity, names);
  }

  nameOf({ uid, id }: { uid: Uid; id: string }): string {
    const name = this.names.get(`${uid}/${id}`);
    return name === undefined ? this.identity.canonical({ uid, id }).id : `=${name}`;
  }
}

/** What rows refer to, by the ids it has here: in relations, media fields and texts. */
export const targetsIn = ({ schemas }: Context, schema: TypeSchema, rows: readonly RowState[]): Reference[] =>
  rows.flatMap(({ fields }) => [
    ...referencesIn(schema.attributes, schemas.components, fields),
    ...stringsIn(fields).flatMap((text) => fileIdsIn(text).map((id) => ({ uid: FILE_UID, id }))),
  ]);

/** The files among them. */
export const filesIn = (context: Context, schema: TypeSchema, rows: readonly RowState[]): string[] => [
  ...new Set(
    targetsIn(context, schema, rows)
      .filter(({ uid }) => uid === FILE_UID)
      .map(({ id }) => id)
  ),
];

export const comparable = (
  { schemas }: Context,
  schema: TypeSchema,
  names: Names,
  { locale, status, fields }: RowState
): ComparableRow => {
  const renamed = mapReferences(
    schema.attributes,
    schemas.components,
    fields,
    (reference) => ({ ...reference, id: names.nameOf(reference) }),
    (text) => renameFiles(text, (id) => names.nameOf({ uid: FILE_UID, id }))
  );
  return { locale, status, fields: digestsOf(renamed) };
};

const digestsOf = (fields: Fields): { [name: string]: string } =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, sha256(`${name} ${canonical(value)}`).slice(0, 32)])
  );

/** Names of the fields in which two rows differ; what one of the sites does not know is not compared. */
export const fieldsThatDiffer = (
  schema: TypeSchema,
  one: ComparableRow['fields'],
  other: ComparableRow['fields']
): string[] => {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => Object.hasOwn(schema.attributes, name) && one[name] !== other[name]).sort();
};
