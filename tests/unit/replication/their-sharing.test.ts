import { readTheirSharing } from '../../../server/src/services/their-sharing';
import { ARTICLE, CATEGORY, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const theirSharing = async (scene: Scene, site: string, of: string) =>
  Object.fromEntries(
    await scene
      .site(site)
      .process!.context.store.transaction(({ tables }) =>
        readTheirSharing(tables, scene.site(of).id, [ARTICLE, CATEGORY, TAG])
      )
  );

describe('what a linked site shares of a content type', () => {
  it('is known by what it said of its entries, as seen from here', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [
      { scope: 'type', uid: CATEGORY, level: 'PUBLISHED', direction: 'SEND_ONLY' },
      { scope: 'type', uid: TAG, level: 'EVERYTHING', direction: 'BOTH' },
      { scope: 'type', uid: ARTICLE, level: 'NONE', direction: 'BOTH' },
    ]);
    scene.save('staging', CATEGORY, 'c', 'draft', { name: 'C' });
    scene.save('staging', CATEGORY, 'c', 'published', { name: 'C' });
    scene.save('staging', TAG, 't', 'published', { name: 'T' });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Kept' });
    await scene.settle();
    expect(await theirSharing(scene, 'live', 'staging')).toEqual({
      [CATEGORY]: { level: 'PUBLISHED', direction: 'RECEIVE_ONLY' },
      [TAG]: { level: 'EVERYTHING', direction: 'BOTH' },
    });
    await scene.rules('staging', 'live', [all('NONE')]);
    await scene.settle();
    expect(await theirSharing(scene, 'live', 'staging')).toEqual({});
  });

  it('is of no account where it is chosen here', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    const shared = [{ scope: 'type', uid: TAG, level: 'EVERYTHING', direction: 'BOTH' }] as const;
    await scene.rules('staging', 'live', [...shared]);
    await scene.rules('live', 'staging', [...shared]);
    scene.save('staging', TAG, 't', 'published', { name: 'T' });
    await scene.settle();
    expect(await theirSharing(scene, 'live', 'staging')).toEqual({});
  });

  it('is nothing where that site only receives', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [{ scope: 'type', uid: TAG, level: 'EVERYTHING', direction: 'SEND_ONLY' }]);
    scene.save('staging', TAG, 't', 'published', { name: 'T' });
    await scene.settle();
    expect(await theirSharing(scene, 'staging', 'live')).toEqual({});
    const { store } = scene.site('live').process!.context;
    await store.transaction(({ tables }) => tables.update('replicas', {}, { their_direction: 'RECEIVE_ONLY' }));
    expect(await theirSharing(scene, 'live', 'staging')).toEqual({});
  });

  it('is what it said of most of them where it said different things', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [
      { scope: 'type', uid: CATEGORY, level: 'PUBLISHED', direction: 'SEND_ONLY' },
    ]);
    for (const id of ['a', 'b', 'c', 'd']) scene.save('staging', CATEGORY, id, 'published', { name: id });
    await scene.settle();
    const { store } = scene.site('live').process!.context;
    await store.transaction(async ({ tables }) => {
      await tables.update('replicas', { entity: `${CATEGORY}/a` }, { their_level: 'EVERYTHING' });
      await tables.update('replicas', { entity: `${CATEGORY}/d` }, { their_level: 'REFERENCE' });
    });
    expect(await theirSharing(scene, 'live', 'staging')).toEqual({
      [CATEGORY]: { level: 'PUBLISHED', direction: 'RECEIVE_ONLY' },
    });
  });
});
