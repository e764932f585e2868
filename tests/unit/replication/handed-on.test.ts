import { CATEGORY } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

it('what came as far as it is published goes on as far as that, though a rule would let all of it go', async () => {
  const scene = await Scene.of('first', 'middle', 'last');
  await scene.link('first', 'middle');
  await scene.link('middle', 'last');
  await scene.rules('first', 'middle', [all('PUBLISHED')]);
  await scene.rules('middle', 'last', [all('EVERYTHING', 'BOTH')]);
  scene.save('first', CATEGORY, 'a', 'draft', { name: 'Draft' });
  scene.save('first', CATEGORY, 'a', 'published', { name: 'Public' });
  await scene.settle();
  const onward = scene.table('middle', 'replicas').filter(({ link }) => link === scene.site('last').id);
  expect(onward).toMatchObject([{ level: 'PUBLISHED', direction: 'SEND_ONLY', state: 'done' }]);
  expect(scene.rows('last', CATEGORY)).toEqual({
    'a -/draft': { name: 'Public' },
    'a -/published': { name: 'Public' },
  });
});
