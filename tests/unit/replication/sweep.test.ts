import { placeAgain } from '../../../server/src/replication/apply/park';
import { brakeId } from '../../../server/src/replication/brake/brake';
import { markBaseline } from '../../../server/src/replication/capture/baseline';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { keyOf, type Json } from '../../../server/src/replication/entity';

import { FilesNotHashed } from '../../../server/src/replication/errors';
import { restartSweep, sweepStep, type SweepOptions } from '../../../server/src/replication/reconcile/sweep';
import type { Row } from '../../../server/src/replication/tables';
import { ARTICLE } from '../../support/world/catalogue';
import { deliver } from '../../support/world/deliver';
import { all, Scene } from '../../support/world/scene';

/** Staging shares all articles with live: `a0`, `a1` and so on, each a draft. */
const filled = async (count = 3) => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  for (let id = 0; id < count; id += 1) scene.save('staging', ARTICLE, `a${id}`, 'draft', { title: `T${id}` });
  await scene.settle();
  await scene.sweep('staging');
  await scene.settle();
  return scene;
};
const titleOn = (scene: Scene, name: string, id: string) => scene.rows(name, ARTICLE)[`${id} en/draft`]?.title;
const revisions = (scene: Scene) => scene.table('staging', 'revisions').length;
const ids = (scene: Scene, name: string) =>
  Object.keys(scene.rows(name, ARTICLE))
    .map((row) => row.slice(0, row.indexOf(' ')))
    .sort();

describe('looking at rows for what no save has told', () => {
  it('finds nothing where nothing happened', async () => {
    const scene = await filled();
    const before = revisions(scene);
    await scene.sweep('staging', 'full');
    await scene.settle();
    expect(revisions(scene)).toBe(before);
    expect([scene.table('staging', 'findings'), scene.table('staging', 'marks')]).toEqual([[], []]);
  });

  it('takes what raw SQL changed or added for an edit that nobody signed, and sends it', async () => {
    const scene = await filled();
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'Raw' });
    scene.alter('staging', ARTICLE, 'new', 'draft', { title: 'Added' });
    await scene.settle();
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
    await scene.sweep('staging');
    await scene.settle();
    expect([titleOn(scene, 'live', 'a1'), titleOn(scene, 'live', 'new')]).toEqual(['Raw', 'Added']);
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('finds what left no trace of its time only when it reads everything', async () => {
    const scene = await filled();
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'Secretly' }, false);
    await scene.sweep('staging', 'quick');
    await scene.settle();
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
    await scene.sweep('staging', 'full');
    await scene.settle();
    expect(titleOn(scene, 'live', 'a1')).toBe('Secretly');
  });

  it('does not send what was changed where it may not be edited', async () => {
    const scene = await filled();
    scene.alter('live', ARTICLE, 'a1', 'draft', { title: 'Raw on live' });
    await scene.sweep('live');
    await scene.settle();
    expect(titleOn(scene, 'staging', 'a1')).toBe('T1');
    expect(scene.table('live', 'revisions').filter(({ origin }) => origin === scene.site('live').id)).toHaveLength(1);
  });

  it('leaves alone what was never asked for: content that a receiving site has of its own', async () => {
    const scene = await filled();
    scene.alter('live', ARTICLE, 'own', 'draft', { title: 'Own' });
    await scene.sweep('live', 'full');
    await scene.settle();
    expect(scene.entry('live', `${ARTICLE}/own`)).toBeUndefined();
    expect(scene.table('live', 'findings')).toEqual([]);
  });
});

describe('rows that are gone although nobody deleted them', () => {
  const lost = async () => {
    const scene = await filled();
    scene.lose('staging', ARTICLE, 'a0');
    scene.lose('staging', ARTICLE, 'a1');
    await scene.sweep('staging');
    await scene.settle();
    return scene;
  };

  it('wait for a person, and nothing is sent', async () => {
    const scene = await lost();
    expect(await scene.questions('staging')).toMatchObject([
      { code: 'VANISHED', subject: ARTICLE, told: { vanished: 2 }, answers: ['put-back', 'deleted'] },
    ]);
    expect(ids(scene, 'live')).toEqual(['a0', 'a1', 'a2']);
    await scene.sweep('staging', 'full');
    await scene.settle();
    expect(await scene.questions('staging')).toHaveLength(1);
  });

  it('are put back when somebody says so', async () => {
    const scene = await lost();
    await scene.answer('staging', 'VANISHED', 'put-back');
    await scene.settle();
    expect(scene.rows('staging', ARTICLE)).toEqual(scene.rows('live', ARTICLE));
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('are deleted on every site when somebody says that they were', async () => {
    const scene = await lost();
    await scene.answer('staging', 'VANISHED', 'deleted');
    await scene.settle();
    expect([ids(scene, 'staging'), ids(scene, 'live')]).toEqual([['a2'], ['a2']]);
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('are not asked about a second time, however many they are', async () => {
    const scene = await filled(40);
    for (let id = 0; id < 30; id += 1) scene.lose('staging', ARTICLE, `a${id}`);
    await scene.sweep('staging');
    await scene.answer('staging', 'VANISHED', 'deleted');
    await scene.settle();
    expect(await scene.questions('staging')).toEqual([]);
    expect(ids(scene, 'live')).toHaveLength(10);
  });

  it('are not brought back by anything else than an answer or a newer version', async () => {
    const scene = await lost();
    const [entry] = scene.table('staging', 'entries').filter(({ local_id: id }) => id === 'a0');
    scene.site('staging').database.now((transaction) =>
      transaction.insert(
        'marks',
        {
          uid: entry!.uid,
          document_id: 'a0',
          locale: '',
          status: '',
          action: 'place',
          actor: null,
          base: null,
          at: 0,
        },
        'fail'
      )
    );
    await scene.settle();
    expect(ids(scene, 'staging')).toEqual(['a2']);
  });

  it('are forgotten when they are there again', async () => {
    const scene = await lost();
    scene.alter('staging', ARTICLE, 'a0', 'draft', { title: 'T0' });
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'T1' });
    await scene.sweep('staging');
    await scene.settle();
    expect(await scene.questions('staging')).toEqual([]);
  });
});

describe('much that changed unseen, or an import', () => {
  const imported = async () => {
    const scene = await filled();
    scene.lose('staging', ARTICLE, 'a0');
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'Imported' });
    scene.alter('staging', ARTICLE, 'b', 'draft', { title: 'Came along' });
    scene.site('staging').imported = true;
    await scene.sweep('staging');
    await scene.settle();
    return scene;
  };

  it('is neither recorded nor sent until somebody says so', async () => {
    const scene = await imported();
    expect(await scene.questions('staging')).toMatchObject([
      { code: 'CHANGED_UNSEEN', subject: ARTICLE, told: { changed: 1, added: 1 } },
      { code: 'VANISHED', told: { vanished: 1 } },
    ]);
    expect([titleOn(scene, 'live', 'a1'), ids(scene, 'live')]).toEqual(['T1', ['a0', 'a1', 'a2']]);
    await scene.sweep('staging');
    await scene.settle();
    expect(await scene.questions('staging')).toHaveLength(2);
  });

  it('is taken over', async () => {
    const scene = await imported();
    await scene.answer('staging', 'CHANGED_UNSEEN', 'take-over');
    await scene.answer('staging', 'VANISHED', 'deleted');
    await scene.settle();
    expect(ids(scene, 'live')).toEqual(['a1', 'a2', 'b']);
    expect(titleOn(scene, 'live', 'a1')).toBe('Imported');
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('is put back: what was there before counts, what came stays where it came', async () => {
    const scene = await imported();
    await scene.answer('staging', 'CHANGED_UNSEEN', 'put-back');
    await scene.answer('staging', 'VANISHED', 'put-back');
    await scene.settle();
    await scene.sweep('staging', 'full');
    await scene.settle();
    expect(titleOn(scene, 'staging', 'a1')).toBe('T1');
    expect([ids(scene, 'staging'), ids(scene, 'live')]).toEqual([
      ['a0', 'a1', 'a2', 'b'],
      ['a0', 'a1', 'a2'],
    ]);
    // What the import had put in its place is kept in the history.
    expect(scene.table('staging', 'revisions').filter(({ side }) => side === 1)).toHaveLength(1);
    expect(await scene.questions('staging')).toEqual([]);
    // Whoever saves what came along shares it.
    scene.save('staging', ARTICLE, 'b', 'draft', { title: 'Wanted after all' });
    await scene.settle();
    expect(titleOn(scene, 'live', 'b')).toBe('Wanted after all');
  });

  it('is asked about without an import, too, where it is more than a tenth and more than twenty', async () => {
    const scene = await filled(40);
    for (let id = 0; id < 25; id += 1) scene.alter('staging', ARTICLE, `a${id}`, 'draft', { title: 'Raw' });
    await scene.sweep('staging');
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([
      { code: 'CHANGED_UNSEEN', told: { changed: 25, added: 0, total: 40 } },
    ]);
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
  });

  it.each(['take-over', 'put-back'] as const)(
    'can be answered for some (%s): the others are still asked',
    async (answer) => {
      const scene = await filled();
      for (const id of ['a0', 'a1']) scene.alter('staging', ARTICLE, id, 'draft', { title: 'Imported' });
      scene.site('staging').imported = true;
      await scene.sweep('staging');
      await scene.answer('staging', 'CHANGED_UNSEEN', answer, [`${ARTICLE}/a0`]);
      await scene.settle();
      const expected = answer === 'take-over' ? 'Imported' : 'T0';
      expect([titleOn(scene, 'staging', 'a0'), titleOn(scene, 'live', 'a0')]).toEqual([expected, expected]);
      expect([titleOn(scene, 'staging', 'a1'), titleOn(scene, 'live', 'a1')]).toEqual(['Imported', 'T1']);
      expect(await scene.questions('staging')).toMatchObject([{ code: 'CHANGED_UNSEEN', told: { changed: 1 } }]);
    }
  );
});

describe('a pass that is under way', () => {
  const stepping = async (options: Partial<SweepOptions> = {}) => {
    const scene = await filled();
    const { context } = scene.site('staging').process!;
    const step = (imported = false) =>
      sweepStep(context, {
        types: [ARTICLE],
        imported: () => Promise.resolve(imported),
        seen: () => Promise.resolve(),
        ...options,
      });
    await context.store.transaction((unit) => restartSweep(unit, 'full'));
    return { scene, context, step };
  };

  it('begins anew when an import lands meanwhile: all of it is asked about', async () => {
    const { scene, step } = await stepping();
    await step();
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'Imported' });
    while (await step(true));
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([{ code: 'CHANGED_UNSEEN', told: { changed: 1 } }]);
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
  });

  it('asks again about what it finds after somebody has answered', async () => {
    const { scene, context, step } = await stepping();
    scene.alter('staging', ARTICLE, 'a1', 'draft', { title: 'Imported' }, false);
    await step();
    await context.store.transaction(({ tables }) =>
      tables.insert(
        'brakes',
        [
          {
            id: brakeId('CHANGED_UNSEEN', ARTICLE),
            code: 'CHANGED_UNSEEN',
            subject: ARTICLE,
            told: '{}',
            set_at: 0,
            lifted_at: context.clock.now(),
            lifted_by: '{}',
          },
        ],
        'fail'
      )
    );
    while (await step());
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([{ code: 'CHANGED_UNSEEN', told: { changed: 1 } }]);
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
  });

  it('reads bytes of files that were not read yet, and goes on', async () => {
    const { context, step } = await stepping();
    const { store, files } = context;
    const hashed: string[] = [];
    let unread = true;
    context.files = {
      ...files,
      hash: (ids) => {
        unread = false;
        hashed.push(...ids);
        return Promise.resolve();
      },
    };
    context.store = {
      ...store,
      transaction: (work) =>
        store.transaction((unit) =>
          work({
            ...unit,
            content: new Proxy(unit.content, {
              get: (content, name, self) =>
                name === 'read' && unread
                  ? () => Promise.reject(new FilesNotHashed(['a0']))
                  : (Reflect.get(content, name, self) as unknown),
            }),
          })
        ),
    };
    let steps = 0;
    while (await step()) steps += 1;
    expect(hashed).toEqual(['a0']);
    expect(steps).toBeLessThan(5);
  });
});

describe('an import that is asked about', () => {
  /** Yesterday's content is back on staging, and somebody is asked whether it is to count. */
  const imported = async (direction: 'SEND_ONLY' | 'BOTH' = 'SEND_ONLY') => {
    const scene = await filled(40);
    if (direction === 'BOTH') {
      await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
      await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
      await scene.settle();
    }
    for (let id = 0; id < 30; id += 1) scene.alter('staging', ARTICLE, `a${id}`, 'draft', { title: 'Yesterday' });
    await scene.sweep('staging');
    expect(await scene.questions('staging')).toMatchObject([{ code: 'CHANGED_UNSEEN', subject: ARTICLE }]);
    return scene;
  };
  const contextOf = (scene: Scene) => scene.site('staging').process!.context;

  it('goes nowhere where something else has an entry of it looked at', async () => {
    const scene = await imported();
    const { store, clock } = contextOf(scene);
    const before = revisions(scene);
    await store.transaction(({ tables }) => placeAgain(tables, [keyOf({ uid: ARTICLE, id: 'a1' })], clock));
    await store.transaction(({ tables }) => markBaseline({ clock }, tables, ARTICLE, ['a2']));
    await scene.settle();
    expect(revisions(scene)).toBe(before);
    expect([titleOn(scene, 'live', 'a1'), titleOn(scene, 'live', 'a2')]).toEqual(['T1', 'T2']);
    await scene.answer('staging', 'CHANGED_UNSEEN', 'put-back');
    await scene.settle();
    expect([titleOn(scene, 'staging', 'a1'), titleOn(scene, 'staging', 'a2')]).toEqual(['T1', 'T2']);
    expect(scene.table('staging', 'findings')).toEqual([]);
  });

  it('is no edit either where the other site sends a newer version: that waits', async () => {
    const scene = await imported('BOTH');
    scene.save('live', ARTICLE, 'a1', 'draft', { title: 'Newer' });
    const live = scene.site('live').process!.context;
    await recordBatch(live);
    const answers: Json[] = [];
    const send = async (_: unknown, messages: Json[]) => {
      const given = await scene.site('staging').process!.receive(scene.site('live').id, structuredClone(messages));
      answers.push(...(given as Json[]));
      return given;
    };
    await deliver(live, { send } as never, scene.site('staging').id);
    expect(answers).toEqual([{ status: 'busy' }]);
    expect(titleOn(scene, 'staging', 'a1')).toBe('Yesterday');
    await scene.answer('staging', 'CHANGED_UNSEEN', 'put-back');
    await scene.settle();
    expect([titleOn(scene, 'staging', 'a1'), titleOn(scene, 'live', 'a1')]).toEqual(['Newer', 'Newer']);
    expect(scene.table('staging', 'leaves').filter(({ entity }) => entity === `${ARTICLE}/a1`)).toHaveLength(1);
  });

  it('is not lost either where the entry is withdrawn meanwhile', async () => {
    const scene = await filled(40);
    for (let id = 0; id < 30; id += 1) scene.alter('live', ARTICLE, `a${id}`, 'draft', { title: 'Yesterday' });
    const live = scene.site('live').process!;
    await live.context.store.transaction(async ({ tables }) => {
      const entity = keyOf({ uid: ARTICLE, id: 'a1' });
      const finding = { entity, kind: 'changed' as const, uid: ARTICLE, since: 0, answer: null, answered_by: null };
      await tables.insert('findings', [finding], 'fail');
    });
    const [{ their_incarnation: incarnation }] = scene.table('live', 'replicas') as [Row<'replicas'>];
    const entity = { uid: ARTICLE, id: 'a1' };
    const withdrawal = { type: 'ENTITY_UNREPLICATE', entity, order: [incarnation, 1_000] };
    expect(await live.receive(scene.site('staging').id, [withdrawal as Json])).toEqual([{ status: 'busy' }]);
    expect(titleOn(scene, 'live', 'a1')).toBe('Yesterday');
  });

  it('is asked about also where the schema has changed with it', async () => {
    const scene = await filled(40);
    for (let id = 0; id < 30; id += 1) scene.alter('staging', ARTICLE, `a${id}`, 'draft', { title: 'Yesterday' });
    const { catalogue } = scene.site('staging');
    const { type } = catalogue;
    Object.assign(catalogue, {
      type: (uid: string) => (uid === ARTICLE ? { ...type(uid)!, fingerprint: 'another' } : type(uid)),
    });
    await scene.sweep('staging');
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([{ code: 'CHANGED_UNSEEN', subject: ARTICLE }]);
    expect(titleOn(scene, 'live', 'a1')).toBe('T1');
    await scene.answer('staging', 'CHANGED_UNSEEN', 'take-over');
    await scene.settle();
    expect(titleOn(scene, 'live', 'a1')).toBe('Yesterday');
  });
});
