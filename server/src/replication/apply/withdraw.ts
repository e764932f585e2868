import type { EntityKey } from '../entity';
import { changedUnseen } from '../brake/vanished';
import type { Context } from '../context';
import { Busy } from '../errors';
import type { DomainEvent } from '../events';
import { maximal } from '../history/graph';
import { closeDrafts, forgetHistory } from '../history/purge';
import { leavesOf } from '../history/repository';
import type { RevisionId } from '../history/revision';
import { selvesTowards, startedHere } from '../history/started-here';
import type { Tables, Unit } from '../ports';
import { saveNotes, writeAndNote } from '../notify/note';
import { rememberAlong } from './changed-along';
import { NOTHING_THERE } from '../queue/state-hash';
import type { Row } from '../tables';
import type { Answer } from '../transport/message';
import { showHeads } from './show';
import { rememberOrder, sharesIt } from './their-state';

/**
 * The other site does not share this entry with us any more: its rows go, unless another link grants it too, and so
 * does its history: where somebody here has edited it, all that was not published. What this site had of its own before theirs took its place
 * comes back. Only of what this site did not start: `yielded.ts`.
 */
export const withdraw = async (
  context: Context,
  unit: Unit,
  link: Row<'links'>,
  entity: EntityKey,
  order: [number, number],
  replica: Row<'replicas'> | undefined,
  events: DomainEvent[]
): Promise<Answer> => {
  const { tables, content } = unit;
  const decided = { their_incarnation: order[0], their_sequence: order[1] };
  // Or its answer was lost, and what is here by now is this site’s own.
  if (!sharesIt(replica)) return rememberOrder(tables, link.id, entity, order);
  const selves = selvesTowards(context.signer, link.id);
  await tables.insert(
    'replicas',
    [
      {
        ...replica,
        ...decided,
        // What is on its way to them is older, and so is the answer to it.
        lease: null,
        lease_until: 0,
        their_level: 'NONE',
        common: '[]',
        common_level: 'NONE',
        common_hash: NOTHING_THERE,
        sent_hash: null,
      },
    ],
    'replace'
  );
  const others = (await tables.find('replicas', { entity })).filter(
    (row) => row.link !== link.id && row.their_level !== null && row.their_level !== 'NONE'
  );
  const [entry] = await tables.find('entries', { entity });
  if (others.length > 0) {
    const everything = others.some(({ their_level: level }) => level === 'EVERYTHING');
    if (entry?.shows === 'EVERYTHING' && !everything) await showPublished(context, unit, entry, selves, events);
    return { status: 'applied' };
  }
  if (!entry) return { status: 'known' };
  const own = await replacedBy(tables, selves, entity);
  if (own.length > 0) {
    await takeBack(context, unit, entry, own, selves, events);
    events.push({ type: 'withdrawn', entity, link: link.id });
    return { status: 'applied' };
  }
  // Nothing has what is in these rows while a person is asked about it.
  if ((await changedUnseen(tables, [entity])).size > 0) throw new Busy('The entry');
  const schema = context.schemas.type(entry.uid);
  if (schema) {
    const rows = (await content.presence(entry.uid, [entry.local_id])).get(entry.local_id) ?? [];
    const before = rows.map((row) => ({ ...row, dates: { createdAt: null, updatedAt: null, publishedAt: null } }));
    const writes = rows.map((row) => ({ kind: 'remove' as const, ...row }));
    const from = { site: link.id, siteName: link.name, revision: null };
    const { notes, along } = await writeAndNote(context, content, { entry, schema, before, writes, from });
    await saveNotes(tables, notes);
    await rememberAlong(context, unit, along, new Set([entity]));
  }
  // What was edited here and did not get there is not lost: it is among the versions that others took the place of.
  const leaves = (await leavesOf(tables, [entity])).get(entity)!;
  await tables.update('revisions', { id: leaves, origin: selves }, { side: 1 });
  await tables.remove('shown', { entity });
  await tables.remove('refs', { source: entity });
  await tables.remove('parked', { entity });
  await tables.remove('leaves', { entity });
  await tables.update(
    'entries',
    { entity },
    {
      head: null,
      shows: 'WITHDRAWN',
      locked: 0,
      locked_at: null,
      held: null,
      held_until: 0,
      version: entry.version + 1,
    }
  );
  if ((await tables.count('revisions', { entity, origin: selves })) === 0) await forgetHistory(tables, entity);
  else await closeDrafts(tables, entity, selves);
  events.push({ type: 'withdrawn', entity, link: link.id });
  return { status: 'applied' };
};

/** Those who still share it let nothing be seen but what is published. */
const showPublished = async (
  context: Context,
  unit: Unit,
  entry: Row<'entries'>,
  selves: readonly string[],
  events: DomainEvent[]
): Promise<void> => {
  const after = { ...entry, shows: 'PUBLISHED', version: entry.version + 1 };
  await closeDrafts(unit.tables, entry.entity, selves);
  await unit.tables.insert('entries', [after], 'replace');
  await showHeads(context, unit, [after], events);
};

/** The newest of what this site had started itself, and set aside for what came in. */
const replacedBy = async (tables: Tables, selves: readonly string[], entity: EntityKey): Promise<RevisionId[]> => {
  const aside = await tables.find('revisions', { entity, origin: selves, side: 1 });
  const own: RevisionId[] = [];
  for (const id of await maximal(
    tables,
    aside.map((row) => row.id)
  )) {
    if ((await startedHere(tables, selves, new Map([[entity, [id]]]))).has(entity)) own.push(id);
  }
  return own;
};

const takeBack = async (
  context: Context,
  unit: Unit,
  entry: Row<'entries'>,
  own: RevisionId[],
  selves: readonly string[],
  events: DomainEvent[]
): Promise<void> => {
  const { tables } = unit;
  const { entity } = entry;
  const after = {
    ...entry,
    head: own.at(-1)!,
    shows: 'EVERYTHING',
    locked: 0,
    locked_at: null,
    held: null,
    held_until: 0,
    version: entry.version + 1,
  };
  await closeDrafts(tables, entity, selves);
  await tables.update('revisions', { id: own }, { side: 0 });
  await tables.remove('leaves', { entity });
  await tables.insert(
    'leaves',
    own.map((revision) => ({ entity, revision })),
    'ignore'
  );
  await tables.insert('entries', [after], 'replace');
  await showHeads(context, unit, [after], events);
};
