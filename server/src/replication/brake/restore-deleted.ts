import type { Uid } from '../entity';
import { showRevisions, saveHolds } from '../apply/show';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { leavesOf, loadRevisions, saveRevisions } from '../history/repository';
import { PEOPLE, readPartName, sealPart, sealRevision, type Author, type Revision } from '../history/revision';
import type { Unit } from '../ports';
import { refreshReplicas } from '../queue/refresh';
import type { Row } from '../tables';
import { brakeId, liftBrake } from './brake';

/** So many entries in one transaction. */
const STEP = 50;

/**
 * Puts entries back that were deleted here and not there: a version follows the deletion that holds what the one before
 * it held. So both sites have the same history, where the other one never went without the entry.
 *
 * @returns how many were looked at; fewer than {@link STEP} where there are no more, and the brake is lifted.
 */
export const restoreDeleted = async (
  context: Context,
  unit: Unit,
  uid: Uid,
  events: DomainEvent[]
): Promise<{ done: number; finished: boolean }> => {
  const { tables } = unit;
  const where = { uid, kind: 'deleted', answer: 'restore' };
  const findings = await tables.find('findings', where, { orderBy: 'entity', limit: STEP });
  const entities = findings.map(({ entity }) => entity);
  await tables.lock('entries', { entity: entities });
  const entries = await tables.find('entries', { entity: entities });
  const leaves = await leavesOf(tables, entities);
  const heads = await loadRevisions(
    tables,
    entries.flatMap(({ head }) => head ?? [])
  );
  const parents = await loadRevisions(
    tables,
    [...heads.values()].flatMap(({ header }) => header.parents)
  );
  const people = new Map(findings.map((row) => [row.entity, row.answered_by]));
  const made: { entry: Row<'entries'>; revision: Revision }[] = [];
  for (const entry of entries) {
    const head = heads.get(entry.head ?? '');
    // Somebody has made it anew: it is left as it is.
    if (head?.header.kind !== 'delete') continue;
    const before = newestHeld(head.header.parents.flatMap((id) => parents.get(id) ?? []));
    if (before) made.push({ entry, revision: follow(context, head, before, people.get(entry.entity) ?? null) });
  }
  await saveRevisions(
    tables,
    made.map(({ revision }) => revision),
    context.clock
  );
  const shown: { entry: Row<'entries'>; revision: Revision; shows: 'EVERYTHING' }[] = made.map(
    ({ entry, revision }) => ({
      entry: { ...entry, head: revision.id, shows: 'EVERYTHING', version: entry.version + 1 },
      revision,
      shows: 'EVERYTHING',
    })
  );
  await tables.insert(
    'entries',
    shown.map(({ entry }) => entry),
    'replace'
  );
  const keys = shown.map(({ entry }) => entry.entity);
  await tables.remove('leaves', { entity: keys });
  await tables.insert(
    'leaves',
    // What another site has made of it meanwhile stays beside.
    shown.flatMap(({ entry: { entity }, revision }) =>
      [...leaves.get(entity)!.filter((id) => !revision.header.parents.includes(id)), revision.id].map((id) => ({
        entity,
        revision: id,
      }))
    ),
    'ignore'
  );
  const results = await showRevisions(context, unit, shown);
  await saveHolds(context, unit, results.shown);
  await tables.remove('findings', { ...where, entity: entities });
  await refreshReplicas(context, unit, keys, events, { retargeted: results.retargeted });
  const finished = findings.length < STEP;
  // What was deleted since the answer is still asked about.
  if (finished && (await tables.count('findings', { uid, kind: 'deleted' })) === 0) {
    const id = brakeId('MANY_DELETED', uid);
    const [brake] = await tables.find('brakes', { id });
    await liftBrake(tables, id, findings[0]?.answered_by ?? brake?.lifted_by ?? null, context.clock.now());
    events.push(...(await wakeAll(unit)));
  }
  return { done: findings.length, finished };
};

/** Every link may have been kept from something. */
export const wakeAll = async ({ tables }: Unit): Promise<DomainEvent[]> =>
  (await tables.find('links', { state: 'REGISTERED' })).map(({ id }) => ({ type: 'queued', link: id, count: 1 }));

/** Of what the deletion took away: where it was edited on two sites, what was made last. */
const newestHeld = (before: readonly Revision[]): Revision | undefined =>
  before
    .filter(({ parts }) => parts.some(({ name, content }) => content !== null && readPartName(name) !== null))
    .sort((a, b) => (a.header.at < b.header.at ? 1 : -1))[0];

/**
 * The parts keep salt and commitment, so whoever has them already is not sent them again. What did not come here cannot be
 * put back here: of an entry of which only what is published came that is what is published.
 */
const follow = (context: Context, head: Revision, before: Revision, actor: string | null): Revision => {
  const parts = before.parts.filter(({ name, content }) => name !== PEOPLE && content !== null);
  const author = actor === null ? null : (JSON.parse(actor) as { id: string; name: string });
  const authors: Author[] = author ? [{ instance: context.signer.instance, user: author.id, name: author.name }] : [];
  const people = authors.length > 0 ? [sealPart(PEOPLE, { authors }, context.chance.bytes(16))] : [];
  const at = new Date(context.clock.now()).toISOString();
  const what = { entity: head.header.entity, parents: [head.id], at, kind: 'edit' as const };
  return sealRevision(what, [...parts, ...people], context.signer);
};
