import { isSameRow, type EntityKey, type Fields, type Json, type RowKey, type RowState } from '../entity';
import { same } from '../history/canonical';
import { rowsOf, type EntryContent } from '../history/content';
import { contentOf, loadRevisions } from '../history/repository';
import { PEOPLE, type Revision } from '../history/revision';
import type { Tables } from '../ports';
import type { Row } from '../tables';

/** So far back it is looked who changed a field last; whoever did so before is nobody's opponent any more. */
const MOST_STEPS = 50;

/** Nobody signed for any of these changes: a hook or a script made them. */
export const isAutomatic = (marks: readonly Row<'marks'>[]): boolean =>
  marks.some(({ action }) => action !== 'place' && action !== 'baseline') && !isSigned(marks);

/** Somebody has saved; not a hook or a script alone. What only asks for rendering or for a first look is nobody's. */
export const isSigned = (marks: readonly Row<'marks'>[]): boolean => marks.some(({ actor }) => actor !== null);

/** Entries of which another site has made a version: only there two hooks can correct each other. */
export const changedElsewhere = async (
  tables: Tables,
  me: string,
  entities: readonly EntityKey[]
): Promise<ReadonlySet<string>> => {
  if (entities.length === 0) return new Set();
  const foreign = await tables.countBy('revisions', ['entity'], { entity: entities, origin: { not: me } });
  return new Set(foreign.map(({ key }) => key[0]!));
};

/**
 * The rows without those changes that only put back what another site's hook or script has changed last. Such a change is
 * kept here and never sent: the other site would put it back in its turn, for ever.
 *
 * @returns `rows` itself where nothing is put back.
 */
export const withoutCorrections = async (
  tables: Tables,
  me: string,
  head: Revision,
  shown: readonly RowState[],
  rows: readonly RowState[]
): Promise<readonly RowState[]> => {
  const changes = rows.flatMap((row) =>
    changesOf(
      shown.find((was) => isSameRow(was, row)),
      row
    )
  );
  const corrections = await lastChangedByForeignAutomation(tables, me, head, changes);
  if (corrections.length === 0) return rows;
  return rows.map((row) => {
    const was = shown.find((one) => isSameRow(one, row));
    const names = corrections.flatMap((one) => (isSameRow(one, row) ? [one.name] : []));
    return was && names.length > 0 ? asShown(row, was, names) : row;
  });
};

interface Change extends RowKey {
  name: string;
}

/** A row that is new was made by somebody: nothing in it is put back. */
const changesOf = (was: RowState | undefined, row: RowState): Change[] =>
  was === undefined
    ? []
    : [...new Set([...Object.keys(was.fields), ...Object.keys(row.fields)])].flatMap((name) =>
        same(was.fields[name] ?? null, row.fields[name] ?? null)
          ? []
          : [{ locale: row.locale, status: row.status, name }]
      );

const asShown = (row: RowState, was: RowState, names: readonly string[]): RowState => {
  const put = <T>(now: { [name: string]: T }, before: { [name: string]: T }): { [name: string]: T } => {
    const kept = Object.entries(now).filter(([name]) => !names.includes(name));
    return Object.fromEntries([...kept, ...Object.entries(before).filter(([name]) => names.includes(name))]);
  };
  return { ...row, fields: put(row.fields, was.fields), ids: put(row.ids, was.ids) };
};

/** Walks back from the head until it is known of each field which version changed it last. */
const lastChangedByForeignAutomation = async (
  tables: Tables,
  me: string,
  head: Revision,
  changes: readonly Change[]
): Promise<Change[]> => {
  const found: Change[] = [];
  let open = changes;
  let current: Revision | undefined = head;
  for (let step = 0; step < MOST_STEPS && current && open.length > 0; step += 1) {
    const { parents }: Revision['header'] = current.header;
    const parent: Revision | undefined =
      parents.length === 1 ? (await loadRevisions(tables, parents)).get(parents[0]!) : undefined;
    const [now, before] = [contentOf(current), parent && contentOf(parent)];
    const settled = open.filter((one) => !before || !same(valueIn(now, one), valueIn(before, one)));
    if (isForeignAutomation(me, current)) found.push(...settled);
    open = open.filter((one) => !settled.includes(one));
    current = parent;
  }
  return found;
};

/** A first version is no change: whoever saw the entry first need not have made it. */
const isForeignAutomation = (me: string, { header }: Revision): boolean =>
  header.origin !== me && header.parents.length > 0 && !(PEOPLE in header.parts);

/** What a row shows of content: where there is only a published version, the draft is a copy of it. */
const valueIn = (content: EntryContent, { locale, status, name }: Change): Json => {
  const rows = rowsOf(content).filter((row) => row.locale === locale);
  const fields: Fields | undefined = (rows.find((row) => row.status === status) ?? rows[0])?.fields;
  return fields?.[name] ?? null;
};
