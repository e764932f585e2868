import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('an entry that comes published only from one site, and whole from another', () => {
  const twoSources = async () => {
    const scene = await Scene.of('first', 'second', 'third');
    await scene.link('first', 'second');
    await scene.link('first', 'third');
    await scene.link('second', 'third');
    await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('first', 'third', [all('PUBLISHED')]);
    await scene.rules('second', 'third', [all('EVERYTHING')]);
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Draft' });
    await scene.settle();

    const { store } = scene.site('second').process!.context;
    const pause = (paused: number) =>
      store.transaction(({ tables }) => tables.update('links', { id: scene.site('third').id }, { paused }));
    return { scene, pause };
  };

  it('shows its draft when the whole comes later', async () => {
    const { scene, pause } = await twoSources();
    await pause(1);
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Newer draft' });
    await scene.settle();
    await pause(0);
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({
      'a en/draft': { title: 'Newer draft' },
      'a en/published': { title: 'Public' },
    });
  });

  it('keeps its draft where it is unpublished, and nothing more is known yet', async () => {
    const { scene, pause } = await twoSources();
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    await scene.settle();
    await pause(1);
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Newer draft' });
    scene.remove('first', ARTICLE, 'a', 'published');
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({ 'a en/draft': { title: 'Draft' } });
  });
});
