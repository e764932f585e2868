import { recordBatch } from '../../../server/src/replication/capture/record';
import { moveLink } from '../../../server/src/replication/link/rows';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const pair = async (direction: 'BOTH' | 'SEND_ONLY' = 'SEND_ONLY') => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING', direction)]);
  if (direction === 'BOTH') await scene.rules('live', 'staging', [all('EVERYTHING', direction)]);
  return scene;
};
const record = (scene: Scene) => recordBatch(scene.site('staging').process!.context);
const titleOn = (scene: Scene, name: string, id: string) => scene.rows(name, ARTICLE)[`${id} en/draft`]?.title;

describe('an entry that is changed again and again', () => {
  const changed = async (times: number, actor: { id: string; name: string } | null) => {
    const scene = await pair();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'First' });
    await scene.settle();
    for (let time = 0; time < times; time += 1) {
      scene.save('staging', ARTICLE, 'a', 'draft', { title: `Change ${time}` }, actor);
      await record(scene);
    }
    await scene.settle();
    return scene;
  };

  it('by nobody is not sent any more until somebody says so, and is recorded all the same', async () => {
    const scene = await changed(21, null);
    expect(titleOn(scene, 'live', 'a')).toBe('First');
    expect(await scene.questions('staging')).toMatchObject([
      { code: 'CHANGED_TOO_OFTEN', subject: `${ARTICLE}/a`, told: { changes: 21, seconds: 60 }, answers: ['go-on'] },
    ]);
    expect(scene.table('staging', 'replicas')).toMatchObject([{ state: 'stopped' }]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Later' });
    scene.save('staging', ARTICLE, 'b', 'draft', { title: 'Another' });
    await scene.settle();
    expect([titleOn(scene, 'live', 'a'), titleOn(scene, 'live', 'b')]).toEqual(['First', 'Another']);

    await scene.answer('staging', 'CHANGED_TOO_OFTEN', 'go-on');
    await scene.settle();
    expect(titleOn(scene, 'live', 'a')).toBe('Later');
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('is sent as long as it is not too often', async () => {
    const scene = await changed(20, null);
    expect(titleOn(scene, 'live', 'a')).toBe('Change 19');
  });

  it('by a person is sent, however quick they are; a token is no person', async () => {
    expect(titleOn(await changed(40, { id: 'admin:1', name: 'Somebody' }), 'live', 'a')).toBe('Change 39');
    expect(titleOn(await changed(21, { id: 'api-token:1', name: 'Script' }), 'live', 'a')).toBe('First');
  });

  it('is let go by withdrawing it', async () => {
    const scene = await changed(21, null);
    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({});
  });
});

describe('many entries of one type that are deleted at once', () => {
  const filled = async (count: number, direction: 'BOTH' | 'SEND_ONLY' = 'SEND_ONLY') => {
    const scene = await pair(direction);
    for (let id = 0; id < count; id += 1) {
      scene.save('staging', ARTICLE, `a${String(id).padStart(3, '0')}`, 'draft', { title: `Title ${id}` });
    }
    await scene.settle();
    return scene;
  };
  const removed = async (count: number, of: number, direction: 'BOTH' | 'SEND_ONLY' = 'SEND_ONLY') => {
    const scene = await filled(of, direction);
    for (let id = 0; id < count; id += 1) scene.remove('staging', ARTICLE, `a${String(id).padStart(3, '0')}`);
    await scene.settle();
    return scene;
  };
  const there = (scene: Scene, name: string) => Object.keys(scene.rows(name, ARTICLE)).length;

  it('are not deleted elsewhere until somebody says so', async () => {
    const scene = await removed(30, 40);
    expect([there(scene, 'staging'), there(scene, 'live')]).toEqual([10, 40]);
    expect(await scene.questions('staging')).toMatchObject([
      { code: 'MANY_DELETED', subject: ARTICLE, told: { deleted: 30, total: 40, minutes: 10 } },
    ]);
    // What else happens to the type goes on.
    scene.save('staging', ARTICLE, 'a039', 'draft', { title: 'Edited' });
    await scene.settle();
    expect(titleOn(scene, 'live', 'a039')).toBe('Edited');

    await scene.answer('staging', 'MANY_DELETED', 'delete');
    await scene.settle();
    expect(there(scene, 'live')).toBe(10);
    expect(await scene.questions('staging')).toEqual([]);
  });

  it.each(['SEND_ONLY', 'BOTH'] as const)(
    'come back where they were deleted, and were never gone elsewhere (%s)',
    async (way) => {
      const scene = await removed(70, 80, way);
      const before = scene.rows('live', ARTICLE);
      await scene.answer('staging', 'MANY_DELETED', 'restore');
      await scene.settle();
      expect(scene.rows('staging', ARTICLE)).toEqual(before);
      expect(scene.rows('live', ARTICLE)).toEqual(before);
      expect(scene.site('live').heard.get(`${ARTICLE}/a000`)).toBe('create');
      expect(await scene.questions('staging')).toEqual([]);
      scene.save('staging', ARTICLE, 'a000', 'draft', { title: 'Goes on' });
      await scene.settle();
      expect(titleOn(scene, 'live', 'a000')).toBe('Goes on');
    }
  );

  it('come back as far as they came here, where only what was published did', async () => {
    const scene = await Scene.of('source', 'staging', 'live');
    await scene.link('source', 'staging');
    await scene.link('staging', 'live');
    await scene.rules('source', 'staging', [all('PUBLISHED')]);
    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    for (let id = 0; id < 30; id += 1) {
      for (const status of ['draft', 'published'] as const)
        scene.save('source', ARTICLE, `a${id}`, status, { title: `${status} ${id}` });
    }
    await scene.settle();
    const { context } = scene.site('staging').process!;
    await context.store.transaction((unit) => moveLink(unit, scene.site('source').id, 'UNLINKED', context.clock.now()));
    await scene.rules('source', 'staging', []);
    await scene.settle();
    for (let id = 0; id < 30; id += 1) scene.remove('staging', ARTICLE, `a${id}`);
    await scene.settle();
    await scene.answer('staging', 'MANY_DELETED', 'restore');
    await scene.settle();
    for (const site of ['staging', 'live']) {
      expect(scene.rows(site, ARTICLE)['a7 en/published']).toEqual({ title: 'published 7' });
      expect(Object.keys(scene.rows(site, ARTICLE))).toHaveLength(60);
    }
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('that follow the answer are asked about', async () => {
    const scene = await removed(30, 60);
    await scene.answer('staging', 'MANY_DELETED', 'restore');
    // Before the job comes to it.
    scene.remove('staging', ARTICLE, 'a040');
    await record(scene);
    await scene.settle();
    expect([there(scene, 'staging'), there(scene, 'live')]).toEqual([59, 60]);
    expect(await scene.questions('staging')).toMatchObject([{ code: 'MANY_DELETED', told: { deleted: 1 } }]);
  });

  it('go as they are where they are few, or few of many', async () => {
    expect(there(await removed(20, 30), 'live')).toBe(10);
    expect(there(await removed(25, 250), 'live')).toBe(225);
  });

  it('are not asked about once more when they were let pass', async () => {
    const scene = await removed(30, 60);
    await scene.answer('staging', 'MANY_DELETED', 'delete');
    await scene.settle();
    scene.remove('staging', ARTICLE, 'a040');
    await scene.settle();
    expect(there(scene, 'live')).toBe(29);
  });

  it('stay there although somebody compares and repairs', async () => {
    const scene = await removed(30, 40);
    await scene.site('staging').process!.repair();
    await scene.settle();
    expect(there(scene, 'live')).toBe(40);
  });

  it('were let pass where they were made: a site that hears of them, and hands them on, does not ask again', async () => {
    const scene = await Scene.of('staging', 'live', 'mirror');
    await scene.link('staging', 'live');
    await scene.link('live', 'mirror');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.rules('live', 'mirror', [all('EVERYTHING')]);
    for (let id = 0; id < 30; id += 1) scene.save('staging', ARTICLE, `a${id}`, 'draft', { title: 'T' });
    await scene.settle();
    for (let id = 0; id < 30; id += 1) scene.remove('staging', ARTICLE, `a${id}`);
    await scene.settle();
    await scene.answer('staging', 'MANY_DELETED', 'delete');
    await scene.settle();
    expect([there(scene, 'live'), there(scene, 'mirror')]).toEqual([0, 0]);
    expect([await scene.questions('live'), await scene.questions('mirror')]).toEqual([[], []]);
  });
});

describe('a site whose database was put back', () => {
  const restored = async (direction: 'BOTH' | 'SEND_ONLY') => {
    const scene = await pair(direction);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Old' });
    await scene.settle();
    const restore = scene.site('staging').backup();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'New' });
    scene.save('staging', ARTICLE, 'b', 'draft', { title: 'Made since' });
    await scene.rules('staging', 'live', []);
    await scene.settle();
    await scene.rules('staging', 'live', [all('EVERYTHING', direction)]);
    await scene.settle();
    restore();
    await scene.settle();
    return scene;
  };

  it('sends no older state to a site that only receives until somebody says so', async () => {
    const scene = await restored('SEND_ONLY');
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Edited on the old state' });
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([{ code: 'DATABASE_RESTORED', told: { site: 'live' } }]);
    expect([titleOn(scene, 'live', 'a'), titleOn(scene, 'live', 'b')]).toEqual(['New', 'Made since']);
    await scene.answer('staging', 'DATABASE_RESTORED', 'go-on');
    await scene.settle();
    expect(titleOn(scene, 'live', 'a')).toBe('Edited on the old state');
    expect(await scene.questions('staging')).toEqual([]);
  });

  it('fetches by itself what sites that also edit have, and loses nothing', async () => {
    const scene = await restored('BOTH');
    scene.save('live', ARTICLE, 'b', 'draft', { title: 'Edited there' });
    await scene.settle();
    expect(await scene.questions('staging')).toMatchObject([{ code: 'DATABASE_RESTORED' }]);
    expect(scene.rows('staging', ARTICLE)).toEqual(scene.rows('live', ARTICLE));
    expect([titleOn(scene, 'staging', 'a'), titleOn(scene, 'staging', 'b')]).toEqual(['New', 'Edited there']);
  });

  it('is not suspected of it where a link says so and this site knows better', async () => {
    const scene = await pair();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A' });
    await scene.settle();
    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    await scene.settle();
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    expect(await scene.questions('staging')).toEqual([]);
  });
});
