import { ARTICLE } from '../../support/world/catalogue';
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
});
