import { recordBatch } from '../../../server/src/replication/capture/record';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { ARTICLE, CATEGORY, HOME, TAG } from '../../support/world/catalogue';
import { mark } from '../../support/world/marks';
import { all, Scene } from '../../support/world/scene';

const EDITOR = { id: 'editor', name: 'Editor' };

const pair = async (direction: 'BOTH' | 'SEND_ONLY') => {
  const scene = await Scene.of('first', 'second');
  await scene.link('first', 'second');
  await scene.rules('first', 'second', [all('EVERYTHING', direction)]);
  if (direction === 'BOTH') await scene.rules('second', 'first', [all('EVERYTHING', direction)]);
  return scene;
};

describe('a link to what went and came back', () => {
  it('is there again where the target came in the same delivery as who refers to it, just as it went', async () => {
    const scene = await pair('SEND_ONLY');
    const { store } = scene.site('first').process!.context;
    const pause = (paused: number) =>
      store.transaction(({ tables }) => tables.update('links', { id: scene.site('second').id }, { paused }));
    const parent = [{ uid: CATEGORY, id: 'a' }];
    for (const status of ['draft', 'published'] as const) scene.save('first', CATEGORY, 'a', status, { name: 'A' });
    await scene.settle();
    await pause(1);
    for (const status of ['draft', 'published'] as const)
      scene.save('first', CATEGORY, 'b', status, { name: 'B', parent });
    await scene.settle();
    scene.remove('first', CATEGORY, 'a', 'published');
    await scene.settle();
    // So that it comes after its target in what is delivered.
    scene.save('first', CATEGORY, 'b', 'published', { name: 'B, edited' });
    await scene.settle();
    await pause(0);
    await scene.settle();
    expect(scene.rows('second', CATEGORY)['b -/published']).toEqual({ name: 'B, edited' });

    scene.save('first', CATEGORY, 'a', 'published', { name: 'A' });
    await scene.settle();
    for (const site of ['first', 'second']) {
      expect(scene.rows(site, CATEGORY)['b -/published']).toEqual({ name: 'B, edited', parent });
    }
  });

  it('is there again where raw SQL took the target, and the other site brought it back before anybody looked', async () => {
    const scene = await pair('BOTH');
    const tags = [{ uid: TAG, id: 't' }];
    scene.save('first', TAG, 't', 'published', { name: 'Tag' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'One', tags });
    await scene.settle();
    scene.lose('first', TAG, 't');
    expect(scene.rows('first', ARTICLE)).toEqual({ 'a en/draft': { title: 'One' } });
    scene.save('second', TAG, 't', 'published', { name: 'Tag again' });
    await scene.settle();
    await scene.sweep('first', 'full');
    await scene.settle();
    for (const site of ['first', 'second']) {
      expect(scene.rows(site, ARTICLE)).toEqual({ 'a en/draft': { title: 'One', tags } });
    }
  });

  it('is there again where the target is in another locale, too, and only one of them went', async () => {
    const scene = await pair('SEND_ONLY');
    const site = scene.site('first');
    const featured = ['de', 'en'].map((locale) => ({ uid: ARTICLE, id: 'a', locale }));
    const add = (locale: string) =>
      site.database.now((transaction) => {
        const at = new Date(scene.world.clock.now()).toISOString();
        const dates = { createdAt: at, updatedAt: at, publishedAt: null };
        const row = {
          uid: ARTICLE,
          document_id: 'a',
          locale,
          status: 'draft' as const,
          fields: { title: locale },
          dates,
        };
        mark(transaction, scene.world.clock.now(), site.rows(transaction).put(row, {}), 'create', EDITOR);
      });
    const remove = (locale: string) =>
      site.database.now((transaction) => {
        const row = site.rows(transaction).one(ARTICLE, 'a', locale, 'draft')!;
        mark(transaction, scene.world.clock.now(), row, 'delete', EDITOR);
        site.rows(transaction).remove(row);
      });
    add('en');
    add('de');
    scene.save('first', CATEGORY, 'c', 'draft', { name: 'C', featured });
    await scene.settle();
    remove('en');
    await scene.settle();
    scene.save('first', CATEGORY, 'c', 'draft', { name: 'C, edited', featured: featured.slice(0, 1) });
    await scene.settle();
    add('en');
    await scene.settle();
    for (const name of ['first', 'second']) {
      const { featured: shown } = scene.rows(name, CATEGORY)['c -/draft'] as { featured: { locale: string }[] };
      expect(shown.map(({ locale }) => locale).sort()).toEqual(['de', 'en']);
    }
  });
});

it('an entry whose rows come back while a changed rule is worked through gets what the rule says', async () => {
  const scene = await pair('SEND_ONLY');
  scene.save('first', ARTICLE, 'a', 'draft', { title: 'Draft' });
  await scene.settle();
  await scene.rules('first', 'second', [all('NONE')]);
  await scene.settle();
  scene.lose('first', ARTICLE, 'a');
  await scene.sweep('first');
  await scene.rules('first', 'second', [all('EVERYTHING')]);
  const { context } = scene.site('first').process!;
  const begun = () => scene.table('first', 'jobs').find(({ subject }) => subject === ARTICLE)!.cursor !== null;
  while (!begun()) await jobStep(context);
  await scene.answer('first', 'VANISHED', 'put-back');
  await recordBatch(context);
  await scene.settle();
  expect(scene.rows('second', ARTICLE)).toEqual({ 'a en/draft': { title: 'Draft' } });
});

it('what was told as far as it was public is told as a whole once it is held as a whole, beside another version', async () => {
  const scene = await Scene.of('one', 'two', 'middle', 'end');
  await scene.link('one', 'middle');
  await scene.link('two', 'middle');
  await scene.link('middle', 'end');
  await scene.rules('one', 'middle', [all('EVERYTHING')]);
  await scene.rules('two', 'middle', [all('PUBLISHED')]);
  await scene.rules('middle', 'end', [all('PUBLISHED')]);
  for (const status of ['draft', 'published'] as const) scene.save('two', HOME, 'b', status, { headline: 'Of two' });
  await scene.settle();
  scene.save('one', HOME, 'a', 'draft', { headline: 'Of one' });
  await scene.settle();
  await scene.rules('middle', 'end', [all('EVERYTHING')]);
  await scene.settle();
  await scene.rules('two', 'middle', [all('EVERYTHING')]);
  await scene.settle();
  const held = (name: string) =>
    scene
      .table(name, 'leaves')
      .map(({ revision }) => revision)
      .sort();
  expect(held('middle')).toHaveLength(2);
  expect(held('end')).toEqual(held('middle'));
  for (const name of ['middle', 'end']) expect(await scene.site(name).process!.differences()).toEqual([]);
});
