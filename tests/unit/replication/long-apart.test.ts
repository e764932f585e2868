import { MOST_AT_ONCE, MOST_OF_OLDER_VERSIONS } from '../../../server/src/replication/transport/choose-parts';
import type { Json } from '../../../server/src/replication/entity';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const LARGE = 256 * 1024;
const text = (word: string): string => word.padEnd(LARGE, '.');

/** Two sites, and what the first has sent the second. */
const apart = async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  const requests: Json[][] = [];
  const { world } = scene;
  const carry = world.carry.bind(world);
  world.carry = (from, to, messages) => {
    if (from.name === 'staging') requests.push(messages);
    return carry(from, to, messages);
  };
  const pause = (paused: number) =>
    scene
      .site('staging')
      .process!.context.store.transaction(({ tables }) =>
        tables.update('links', { id: scene.site('live').id }, { paused })
      );
  return { scene, requests, pause };
};

/** Twenty versions of one entry, saved while the link was paused. */
const editedApart = async () => {
  const sites = await apart();
  const { scene, pause } = sites;
  await pause(1);
  for (let version = 1; version <= 20; version += 1) {
    scene.save('staging', ARTICLE, 'a', 'draft', { title: `Version ${version}`, body: text(`body ${version}`) });
    await scene.settle();
  }
  await pause(0);
  await scene.settle();
  return sites;
};

describe('an entry that was edited many times while the other site was away', () => {
  it('arrives in its newest version, with a history of all versions and no more text than fits', async () => {
    const { scene, requests } = await editedApart();

    expect(scene.rows('live', ARTICLE)['a en/draft']).toMatchObject({ title: 'Version 20' });
    expect(scene.table('live', 'revisions')).toHaveLength(20);
    const [message] = requests.flat() as { revisions: { parts: { [name: string]: Json } }[] }[];
    const size = JSON.stringify(message).length;
    expect(size).toBeLessThan(MOST_OF_OLDER_VERSIONS + 2 * LARGE);
    expect(size).toBeGreaterThan(MOST_OF_OLDER_VERSIONS);
    // The newest versions are whole, the oldest are known by name and signature.
    const whole = message!.revisions.map(({ parts }) => 'en/draft' in parts);
    expect(whole.indexOf(true)).toBeGreaterThan(5);
    expect(whole.slice(whole.indexOf(true))).not.toContain(false);
  });

  it('goes on as any other: the next version is sent alone', async () => {
    const { scene, requests } = await editedApart();
    const before = requests.length;
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Next', body: 'short' });
    await scene.settle();
    expect(JSON.stringify(requests.slice(before)).length).toBeLessThan(10_000);
    expect(scene.rows('live', ARTICLE)['a en/draft']).toMatchObject({ title: 'Next' });
  });
});

describe('more than can be read at once', () => {
  it('is sent in as many requests as it takes, and all of it arrives', async () => {
    const { scene, requests } = await apart();
    const count = Math.ceil((3 * MOST_AT_ONCE) / (4 * LARGE));
    for (let n = 0; n < count; n += 1) {
      scene.save('staging', ARTICLE, `a${n}`, 'draft', { title: `Entry ${n}`, body: text('x'.repeat(4 * LARGE)) });
    }
    await scene.settle();
    expect(Object.keys(scene.rows('live', ARTICLE))).toHaveLength(count);
    for (const request of requests) expect(JSON.stringify(request).length).toBeLessThan(1.1 * MOST_AT_ONCE);
    expect(requests.length).toBeGreaterThanOrEqual(3);
    const left = scene.table('staging', 'replicas').map(({ state, lease }) => [state, lease]);
    expect(left.every(([state, lease]) => state === 'done' && lease === null)).toBe(true);
  });
});
