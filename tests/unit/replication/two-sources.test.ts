import { moveLink } from '../../../server/src/replication/link/rows';
import { ARTICLE, HOME } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('an entry that comes published only from one site, and whole from another', () => {
  const twoSources = async () => {
    const scene = await Scene.of('first', 'second', 'third', 'end');
    await scene.link('first', 'second');
    await scene.link('first', 'third');
    await scene.link('second', 'third');
    await scene.link('third', 'end');
    await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('first', 'third', [all('PUBLISHED')]);
    await scene.rules('second', 'third', [all('EVERYTHING')]);
    await scene.rules('third', 'end', [all('EVERYTHING')]);
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

  it('goes on once the whole is there, and stays beyond as it was until then', async () => {
    const { scene, pause } = await twoSources();
    await pause(1);
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Newer draft' });
    await scene.settle();
    const onward = () => scene.table('third', 'replicas').find(({ link }) => link === scene.site('end').id);
    expect(onward()).toMatchObject({ state: 'done', error: null });
    expect(scene.rows('end', ARTICLE)).toEqual({ 'a en/draft': { title: 'Draft' } });

    await pause(0);
    await scene.settle();
    expect(onward()).toMatchObject({ state: 'done', error: null });
    expect(scene.rows('end', ARTICLE)).toEqual({
      'a en/draft': { title: 'Newer draft' },
      'a en/published': { title: 'Public' },
    });
  });

  it('is known to wait for the rest where nothing of it has gone on before', async () => {
    const { scene, pause } = await twoSources();
    await pause(1);
    await scene.rules('third', 'end', []);
    await scene.settle();
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Newer draft' });
    await scene.settle();
    await scene
      .site('third')
      .process!.context.store.transaction(({ tables }) => tables.remove('replicas', { link: scene.site('end').id }));
    await scene.rules('third', 'end', [all('EVERYTHING')]);
    await scene.settle();
    const onward = scene.table('third', 'replicas').find(({ link }) => link === scene.site('end').id);
    expect(onward).toMatchObject({ level: 'EVERYTHING', wanted: null, state: 'done' });
    await pause(0);
    await scene.settle();
    expect(scene.rows('end', ARTICLE)).toMatchObject({ 'a en/published': { title: 'Public' } });
  });

  it('goes on as far as it is published, where nobody brings the rest any more', async () => {
    const { scene, pause } = await twoSources();
    await pause(1);
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Newer draft' });
    await scene.settle();
    const { store, clock } = scene.site('third').process!.context;
    await store.transaction((unit) => moveLink(unit, scene.site('second').id, 'UNLINKED', clock.now()));
    await scene.settle();
    const onward = scene.table('third', 'replicas').find(({ link }) => link === scene.site('end').id);
    expect(onward).toMatchObject({ state: 'done', level: 'PUBLISHED' });
    expect(scene.rows('end', ARTICLE)).toMatchObject({ 'a en/published': { title: 'Public' } });
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

describe('a version of which only what is published came, beside one that came whole', () => {
  it('is not handed on to who is to see everything, and does not keep the whole one from going on', async () => {
    const scene = await Scene.of('one', 'two', 'middle', 'end');
    await scene.link('one', 'middle');
    await scene.link('two', 'middle');
    await scene.link('middle', 'end');
    await scene.rules('one', 'middle', [all('EVERYTHING')]);
    await scene.rules('two', 'middle', [all('PUBLISHED')]);
    await scene.rules('middle', 'end', [all('EVERYTHING')]);
    scene.save('one', HOME, 'a', 'draft', { headline: 'Of one' });
    await scene.settle();
    scene.save('two', HOME, 'b', 'draft', { headline: 'Of two, secret' });
    scene.save('two', HOME, 'b', 'published', { headline: 'Of two' });
    await scene.settle();
    scene.save('one', HOME, 'a', 'draft', { headline: 'Of one, again' });
    await scene.settle();

    expect(scene.table('middle', 'leaves')).toHaveLength(2);
    const end = scene.site('end').id;
    expect(scene.table('middle', 'replicas').find(({ link }) => link === end)).toMatchObject({ state: 'done' });
    expect(Object.values(scene.rows('end', HOME))).toEqual([{ headline: 'Of one, again' }]);
  });
});
