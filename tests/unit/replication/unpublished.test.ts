import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';
import { placeAgain } from '../../../server/src/replication/apply/park';
import { keyOf } from '../../../server/src/replication/entity';

it('a draft that stays where the entry was unpublished is no edit, however often the entry is rendered', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('PUBLISHED')]);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
  scene.save('staging', ARTICLE, 'a', 'published', { title: 'One' });
  await scene.settle();
  scene.remove('staging', ARTICLE, 'a', 'published');
  await scene.settle();
  const before = scene.rows('live', ARTICLE);
  expect(Object.keys(before)).toEqual(['a en/draft']);
  for (let time = 0; time < 3; time += 1) {
    const { store, clock } = scene.site('live').process!.context;
    await store.transaction(({ tables }) => placeAgain(tables, [keyOf({ uid: ARTICLE, id: 'a' })], clock));
    await scene.settle();
  }
  expect(scene.rows('live', ARTICLE)).toEqual(before);
  expect(scene.table('live', 'revisions').filter(({ side }) => side === 1)).toEqual([]);
});
