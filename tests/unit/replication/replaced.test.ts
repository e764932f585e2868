import { recordBatch } from '../../../server/src/replication/capture/record';
import { HOME } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const home = `${HOME}/${HOME}`;

/** `first` shares with `second`, `second` with `third`, and the home page that `second` had is on the third site. */
const chain = async () => {
  const scene = await Scene.of('first', 'second', 'third');
  await scene.link('first', 'second');
  await scene.link('second', 'third');
  await scene.rules('second', 'third', [all('EVERYTHING')]);
  scene.save('second', HOME, 'a', 'draft', { headline: 'Of the second' });
  scene.save('second', HOME, 'a', 'published', { headline: 'Of the second' });
  await scene.settle();
  scene.save('first', HOME, 'b', 'draft', { headline: 'Of the first' });
  return scene;
};
const leaves = (scene: Scene, name: string) =>
  scene
    .table(name, 'leaves')
    .filter(({ entity }) => entity === home)
    .map(({ revision }) => revision);

describe('an entry whose place another one takes', () => {
  it('gives way on the sites that had it from there, too', async () => {
    const scene = await chain();
    await scene.rules('first', 'second', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('third', HOME)).toEqual({ 'a -/draft': { headline: 'Of the first' } });
    expect(leaves(scene, 'third')).toEqual(leaves(scene, 'first'));
    expect(scene.table('second', 'replicas').map(({ state }) => state)).toEqual(['done', 'done']);
    // What gave way is not counted as had on either side.
    for (const name of ['first', 'second', 'third']) expect(await scene.site(name).process!.differences()).toEqual([]);
  });

  it('gives way also where a newer version of it was still on its way', async () => {
    const scene = await chain();
    const second = scene.site('second').process!.context;
    const pause = (paused: number) =>
      second.store.transaction(({ tables }) => tables.update('links', { id: scene.site('third').id }, { paused }));
    await pause(1);
    scene.save('second', HOME, 'a', 'draft', { headline: 'Edited' });
    await recordBatch(second);
    await scene.rules('first', 'second', [all('EVERYTHING')]);
    await scene.settle();
    await pause(0);
    await scene.settle();
    expect(scene.rows('third', HOME)).toEqual({ 'a -/draft': { headline: 'Of the first' } });
    expect(scene.table('second', 'replicas').map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('is not brought back by a delivery that comes late', async () => {
    const scene = await chain();
    const [, second, third] = scene.world.sites;
    const late: Parameters<typeof scene.world.carry>[] = [];
    const carry = scene.world.carry.bind(scene.world);
    scene.world.carry = (...sent) => {
      if (sent[0] === second && sent[1] === third!.id) late.push(structuredClone([null, sent[1], sent[2]]) as never);
      return carry(...sent);
    };
    scene.save('second', HOME, 'a', 'draft', { headline: 'Edited' });
    await scene.settle();
    await scene.rules('first', 'second', [all('EVERYTHING')]);
    await scene.settle();
    for (const [, , messages] of late) await third!.process!.receive(second!.id, messages);
    expect(scene.rows('third', HOME)).toEqual({ 'a -/draft': { headline: 'Of the first' } });
    expect(leaves(scene, 'third')).toEqual(leaves(scene, 'first'));
  });
});
