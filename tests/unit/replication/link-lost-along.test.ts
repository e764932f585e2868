import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { deliver } from '../../support/world/deliver';
import { ARTICLE, CATEGORY, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const TAGS = [{ uid: TAG, id: 't' }];

/** Sends what one site has, though the other one's recorder does not come to its marks meanwhile. */
const send = async (scene: Scene, from: string, to: string): Promise<void> => {
  const { context } = scene.site(from).process!;
  const wire = {
    send: (_: unknown, messages: Json[]) =>
      scene.site(to).process!.receive(scene.site(from).id, JSON.parse(JSON.stringify(messages)) as Json[]),
  };
  await recordBatch(context);
  await deliver(context, wire as never, scene.site(to).id);
};

it('is no removal by an editor, where the other entry went and came back before the recorder looked', async () => {
  const scene = await Scene.of('first', 'second');
  await scene.link('first', 'second');
  await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
  await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
  scene.save('first', TAG, 't', 'published', { name: 'Tag' });
  scene.save('first', ARTICLE, 'a', 'draft', { title: 'One', tags: TAGS });
  await scene.settle();

  scene.save('second', ARTICLE, 'a', 'draft', { title: 'Two', tags: TAGS });
  scene.remove('first', TAG, 't');
  await send(scene, 'first', 'second');
  scene.save('first', TAG, 't', 'published', { name: 'Tag again' });
  await send(scene, 'first', 'second');
  await scene.settle();

  for (const site of ['first', 'second']) {
    expect(scene.rows(site, TAG)).toEqual({ 't -/published': { name: 'Tag again' } });
    expect(scene.rows(site, ARTICLE)).toEqual({ 'a en/draft': { title: 'Two', tags: TAGS } });
  }
});

it('is placed again, where what it leads to was unpublished and published before the recorder looked', async () => {
  const scene = await Scene.of('first', 'second');
  await scene.link('first', 'second');
  await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
  await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
  const featured = [{ uid: ARTICLE, id: 'a', locale: 'en' }];
  for (const status of ['draft', 'published'] as const) scene.save('first', ARTICLE, 'a', status, { title: 'One' });
  for (const status of ['draft', 'published'] as const)
    scene.save('first', CATEGORY, 'c', status, { name: 'Category', featured });
  await scene.settle();

  scene.remove('first', ARTICLE, 'a', 'published');
  for (const status of ['draft', 'published'] as const)
    scene.save('second', CATEGORY, 'c', status, { name: 'Renamed', featured });
  await send(scene, 'second', 'first');
  scene.save('first', ARTICLE, 'a', 'published', { title: 'One' });
  await scene.settle();

  for (const site of ['first', 'second'])
    expect(scene.rows(site, CATEGORY)['c -/published']).toEqual({ name: 'Renamed', featured });
});
