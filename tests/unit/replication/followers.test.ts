import fc from 'fast-check';
import { forFile, type Decision } from '../../../server/src/replication/controller/decide';
import type { EntityKey } from '../../../server/src/replication/entity';
import { grantedOfFollowers, isNothing, pairOf } from '../../../server/src/replication/queue/followers';
import type { Context } from '../../../server/src/replication/context';
import type { Content } from '../../../server/src/replication/ports';
import { refreshReplicas } from '../../../server/src/replication/queue/refresh';
import { stateHash } from '../../../server/src/replication/queue/state-hash';
import { newReplica } from '../../../server/src/replication/queue/wanted-replica';
import type { Row } from '../../../server/src/replication/tables';
import { MemoryDatabase, MemoryTransaction } from '../../support/memory/database';
import { memoryStore, memoryTables, ownTables } from '../../support/memory/tables';

const LINK = 'link';
const FILE = 'plugin::upload.file/picture' as EntityKey;
const entry = (n: number) => `api::article.article/a${n}` as EntityKey;

const decisions = fc.constantFrom<Decision>(
  { level: 'EVERYTHING', direction: 'SEND_ONLY', granted: true },
  { level: 'EVERYTHING', direction: 'BOTH', granted: true },
  { level: 'EVERYTHING', direction: 'BOTH', granted: false },
  { level: 'PUBLISHED', direction: 'SEND_ONLY', granted: true },
  { level: 'NONE', direction: 'SEND_ONLY', granted: false },
  { level: 'NONE', direction: 'RECEIVE_ONLY', granted: false }
);
const parts = fc.constantFrom('-/draft', '-/published');
const users = fc.array(fc.record({ decision: decisions, part: parts }), { minLength: 1, maxLength: 5 });
const steps = fc.array(
  fc.record({
    who: fc.nat(4),
    /** What the user does: uses the file in this part, uses it no more, or is decided anew. */
    does: fc.constantFrom('use', 'drop', 'decide'),
    part: parts,
    decision: decisions,
  }),
  { minLength: 1, maxLength: 12 }
);

const replicaWith = (entity: EntityKey, { level, direction, granted }: Decision): Row<'replicas'> => ({
  ...newReplica(LINK, entity),
  level,
  direction,
  granted: granted ? 1 : 0,
});

/** A file that so many other entries use alike, besides those that a test plays with. */
const fileUsedBy = async (crowd: number, alike: Decision) => {
  const transaction = new MemoryTransaction(new MemoryDatabase(ownTables()), null);
  const tables = memoryTables(transaction);
  let read = 0;
  const counting: typeof tables = {
    ...tables,
    find: async (table, where, options) => {
      const rows = await tables.find(table, where, options);
      read += rows.length;
      return rows;
    },
  };
  const many = Array.from({ length: crowd }, (_, n) => entry(1_000 + n));
  await tables.insert(
    'refs',
    many.map((source) => ({ source, part: '-/published', target: FILE, fields: '' })),
    'fail'
  );
  await tables.insert(
    'replicas',
    many.map((source) => replicaWith(source, alike)),
    'fail'
  );
  return { tables: counting, read: () => read };
};

describe('what a link gets of a file', () => {
  it('is what all who use it grant together, though not all of them are asked', async () => {
    await fc.assert(
      fc.asyncProperty(users, steps, fc.constantFrom(0, 3, 600), decisions, async (first, changes, crowd, alike) => {
        const { tables } = await fileUsedBy(crowd, alike);
        const now = new Map(first.map(({ decision }, n) => [entry(n), decision]));
        for (const [n, { part, decision }] of first.entries()) {
          await tables.insert('refs', [{ source: entry(n), part, target: FILE, fields: '' }], 'ignore');
          await tables.insert('replicas', [replicaWith(entry(n), decision)], 'replace');
        }
        const all = async (): Promise<Decision | null> => {
          const refs = await tables.find('refs', { target: FILE });
          const known = new Map((await tables.find('replicas', {})).map((row) => [row.entity, row]));
          return forFile(
            refs.flatMap(({ source, part }) => {
              const row = known.get(source);
              const decision = row && {
                level: row.level as Decision['level'],
                direction: row.direction as Decision['direction'],
                granted: row.granted === 1,
              };
              return decision ? [{ decision, part }] : [];
            })
          );
        };
        let file = (await all()) ?? null;
        for (const { who, does, part, decision } of changes) {
          const source = entry(who % first.length);
          const before = now.get(source)!;
          const ref = { source, part, target: FILE, fields: '' };
          const had = (await tables.count('refs', ref)) > 0;
          if (does === 'use') await tables.insert('refs', [ref], 'ignore');
          if (does === 'drop') await tables.remove('refs', ref);
          if (does === 'decide') {
            now.set(source, decision);
            await tables.insert('replicas', [replicaWith(source, decision)], 'replace');
          }
          const lost = (does === 'drop' && had) || (does === 'decide' && !isNothing(before));
          const granted = await grantedOfFollowers(tables, {
            links: [LINK],
            choices: { rules: [], defaults: new Map() },
            settledSources: new Set(),
            followers: [FILE],
            sources: [source],
            decided: new Map([[pairOf(LINK, source), now.get(source)!]]),
            uncertain: new Set(lost ? [FILE] : []),
            replicaOf: (_link, entity) => (file ? replicaWith(entity, file) : undefined),
            settled: (_link, _file, own) => own,
          });
          const answer = granted.get(pairOf(LINK, FILE));
          const after = answer === undefined ? file : answer;
          const expected = await all();
          // That nobody uses it, and that nobody who does grants it, are one to a link.
          const orNothing = (own: Decision | null) => own ?? { level: 'NONE', direction: 'SEND_ONLY', granted: false };
          expect(orNothing(after)).toEqual(orNothing(expected));
          file = after;
        }
      }),
      { numRuns: 150 }
    );
  });

  it('is found without asking the many who use it, where one more does or one does no more', async () => {
    const alike: Decision = { level: 'EVERYTHING', direction: 'SEND_ONLY', granted: true };
    const { tables, read } = await fileUsedBy(20_000, alike);
    const ask = (uncertain: EntityKey[]) =>
      grantedOfFollowers(tables, {
        links: [LINK],
        choices: { rules: [], defaults: new Map() },
        settledSources: new Set(),
        followers: [FILE],
        sources: [entry(1)],
        decided: new Map([[pairOf(LINK, entry(1)), alike]]),
        uncertain: new Set(uncertain),
        replicaOf: () => replicaWith(FILE, alike),
        settled: (_link, _file, own) => own,
      });
    await tables.insert('refs', [{ source: entry(1), part: '-/draft', target: FILE, fields: '' }], 'fail');
    await ask([]);
    expect(read()).toBeLessThan(10);
    await tables.remove('refs', { source: entry(1) });
    expect((await ask([FILE])).get(pairOf(LINK, FILE))).toEqual(alike);
    expect(read()).toBeLessThan(2_000);
  });
});

/** How a file stands with a link once it is decided anew, where it stood so, and this site has these versions of it. */
const decidedAnew = async (
  before: Partial<Row<'replicas'>>,
  leaves: { id: string; kind: 'edit' | 'delete' }[],
  usedBy: Decision | null = null
): Promise<Row<'replicas'>> => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  const context = { store, clock: { now: () => 1 }, signer: { instance: 'me' } } as unknown as Context;
  return store.transaction(async (unit) => {
    const { tables } = unit;
    await tables.insert('links', [{ id: LINK, state: 'REGISTERED' } as never], 'fail');
    for (const id of ['first', 'now', 'theirs']) {
      const parents = id === 'first' ? [] : ['first'];
      const kind = leaves.find((leaf) => leaf.id === id)?.kind ?? 'edit';
      const row = { id, entity: FILE, origin: 'me', kind, anchor: id, header: JSON.stringify({ parents }) };
      await tables.insert('revisions', [row as never], 'fail');
      if (id !== 'first') await tables.insert('parents', [{ revision: id, parent: 'first' }], 'fail');
    }
    for (const { id } of leaves) await tables.insert('leaves', [{ entity: FILE, revision: id }], 'fail');
    await tables.insert('replicas', [{ ...newReplica(LINK, FILE), ...before } as Row<'replicas'>], 'fail');
    if (usedBy !== null) {
      await tables.insert('replicas', [replicaWith(entry(1), usedBy)], 'fail');
      await tables.insert('refs', [{ source: entry(1), part: '-/draft', target: FILE, fields: '' }], 'fail');
    }
    await refreshReplicas(context, unit, [FILE], []);
    return (await tables.find('replicas', { entity: FILE }))[0]!;
  });
};

/** As it was sent to a link, and arrived there. */
const sentAs = (leaf: string, direction: 'SEND_ONLY' | 'BOTH' = 'SEND_ONLY') => {
  const hash = stateHash([leaf], 'EVERYTHING', direction);
  const wanted = { level: 'EVERYTHING', direction, granted: 1, wanted: `["${leaf}"]`, wanted_hash: hash };
  return { ...wanted, common: `["${leaf}"]`, common_level: 'EVERYTHING', common_hash: hash, sent_hash: hash };
};

describe('a file that nobody uses any more', () => {
  it('stays where it was sent, as it was sent', async () => {
    const after = await decidedAnew(sentAs('first'), [{ id: 'now', kind: 'edit' }]);
    expect(after).toMatchObject({ level: 'EVERYTHING', wanted: '["first"]', state: 'done' });
  });

  it('is deleted there when it is deleted here', async () => {
    const after = await decidedAnew(sentAs('first'), [{ id: 'now', kind: 'delete' }]);
    expect(after).toMatchObject({ wanted: '["now"]', state: 'queued' });
  });

  it('is withdrawn from there when it is not held here any more', async () => {
    expect(await decidedAnew(sentAs('first'), [])).toMatchObject({ wanted: null, state: 'queued' });
  });

  it('does not go any more where it has not gone yet', async () => {
    const queued = { ...sentAs('first'), common: '[]', common_hash: '', sent_hash: null, state: 'queued' as const };
    const after = await decidedAnew(queued, [{ id: 'now', kind: 'edit' }]);
    expect(after).toMatchObject({ level: 'NONE', wanted: null, state: 'done' });
  });

  it('is not sent as it was where the other site has changed it since', async () => {
    const hash = stateHash(['theirs'], 'EVERYTHING', 'BOTH');
    const changed = { ...sentAs('first', 'BOTH'), common: '["theirs"]', common_hash: hash, common_direction: 'BOTH' };
    const after = await decidedAnew(changed, [{ id: 'theirs', kind: 'edit' }]);
    expect(after).toMatchObject({ wanted: '["theirs"]', state: 'done' });
  });
});

describe('a file of this site whose users are edited at the other one from now on', () => {
  it.each(['BOTH', 'SEND_ONLY'])('is only received with them, and not taken away from there (%s)', async (theirs) => {
    const said = { their_level: 'EVERYTHING', their_direction: theirs };
    const users: Decision = { level: 'NONE', direction: 'RECEIVE_ONLY', granted: true };
    const after = await decidedAnew({ ...sentAs('first', 'BOTH'), ...said }, [{ id: 'first', kind: 'edit' }], users);
    expect(after).toMatchObject({ level: 'NONE', direction: 'RECEIVE_ONLY', wanted: null });
  });
});
