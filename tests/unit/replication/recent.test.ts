import { keyOf, type EntityKey } from '../../../server/src/replication/entity';
import { recentRevisions } from '../../../server/src/replication/history/recent';
import { ARTICLE, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const ARTICLE_A = keyOf({ uid: ARTICLE, id: 'a' });
const recent = (scene: Scene, site: string, entity: EntityKey, limit = 5) =>
  scene.site(site).process!.context.store.transaction(({ tables }) => recentRevisions(tables, entity, limit));
const deeds = async (scene: Scene, site: string, entity = ARTICLE_A) =>
  (await recent(scene, site, entity)).map(({ deed, people }) => [deed, ...people].join(' '));

/** Staging shares all with live, and somebody writes, publishes, edits and unpublishes an article. */
const written = async (level: 'EVERYTHING' | 'PUBLISHED'): Promise<Scene> => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all(level)]);
  const save = async (status: 'draft' | 'published', title: string, name: string) => {
    scene.save('staging', ARTICLE, 'a', status, { title }, { id: name, name });
    await scene.settle();
  };
  await save('draft', 'One', 'Ada');
  await save('published', 'One', 'Ben');
  await save('draft', 'Two', 'Ada');
  scene.remove('staging', ARTICLE, 'a', 'published');
  await scene.settle();
  return scene;
};

describe('what was done to an entry last', () => {
  it('is told newest first, with who did it', async () => {
    const scene = await written('EVERYTHING');
    const told = ['unpublished staging', 'edited Ada', 'published Ben', 'created Ada'];
    expect(await deeds(scene, 'staging')).toEqual(told);
    expect(await deeds(scene, 'live')).toEqual(told);
    const { id: staging } = scene.site('staging');
    expect((await recent(scene, 'live', ARTICLE_A)).map(({ origin }) => origin)).toEqual(Array(4).fill(staging));
  });

  it('is told no further back than asked', async () => {
    const scene = await written('EVERYTHING');
    expect((await recent(scene, 'staging', ARTICLE_A, 2)).map(({ deed }) => deed)).toEqual(['unpublished', 'edited']);
  });

  it('names nobody where only what is published was told', async () => {
    const scene = await written('PUBLISHED');
    for (const { people } of await recent(scene, 'live', ARTICLE_A)) expect(people).toEqual([]);
  });

  it('is neither published nor unpublished where a type has no drafts', async () => {
    const scene = await Scene.of('staging');
    scene.save('staging', TAG, 't', 'published', { name: 'One' });
    await scene.settle();
    scene.save('staging', TAG, 't', 'published', { name: 'Two' });
    await scene.settle();
    scene.remove('staging', TAG, 't');
    await scene.settle();
    expect((await recent(scene, 'staging', keyOf({ uid: TAG, id: 't' }))).map(({ deed }) => deed)).toEqual([
      'deleted',
      'edited',
      'created',
    ]);
  });

  it('comes from both sides where two sites edited at once, whatever their clocks say', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
    await scene.settle();
    scene.site('live').skew = -24 * 60 * 60_000;
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'Two' });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Three' });
    await scene.settle();
    expect(await deeds(scene, 'staging')).toEqual(['edited staging', 'edited live', 'created staging']);
  });

  it('is nothing where nobody knows the entry', async () => {
    const scene = await Scene.of('staging');
    expect(await recent(scene, 'staging', ARTICLE_A)).toEqual([]);
  });
});
