import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('a site that is put back to a back-up, after “Compare and repair”', () => {
  const restored = async (meanwhile: (scene: Scene) => Promise<void> | void) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Old' });
    await scene.settle();
    const restore = scene.site('live').backup();
    await meanwhile(scene);
    await scene.settle();
    restore();
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Old' } });
    await scene.site('live').process!.repair();
    await scene.settle();
    return scene.rows('live', ARTICLE);
  };

  it('shows what it had been sent since', async () => {
    const rows = await restored((scene) => scene.save('staging', ARTICLE, 'a', 'draft', { title: 'New' }));
    expect(rows).toEqual({ 'a en/draft': { title: 'New' } });
  });

  it('does not show any more what was withdrawn since', async () => {
    expect(await restored((scene) => scene.rules('staging', 'live', []))).toEqual({});
  });
});

it.each(['its rule changes', 'the link is made again'] as const)(
  'a site that is put back to a back-up rolls nobody back when %s',
  async (what) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'published', { title: 'Old' });
    await scene.settle();
    const restore = scene.site('staging').backup();
    scene.save('staging', ARTICLE, 'a', 'published', { title: 'New' });
    await scene.settle();
    restore();
    await scene.site('staging').start();
    if (what === 'its rule changes') await scene.rules('staging', 'live', [all('PUBLISHED')]);
    else {
      for (const [here, there] of [
        ['staging', 'live'],
        ['live', 'staging'],
      ] as const)
        await scene
          .site(here)
          .process!.context.store.transaction(({ tables }) =>
            tables.remove('replicas', { link: scene.site(there).id })
          );
      await scene.rules('staging', 'live', []);
      await scene.rules('staging', 'live', [all('EVERYTHING')]);
    }
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toMatchObject({ 'a en/published': { title: 'New' } });
  }
);
