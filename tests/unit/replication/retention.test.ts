import { recordBatch } from '../../../server/src/replication/capture/record';
import { keyOf, type Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { forgetOldVersions, type Retention } from '../../../server/src/replication/history/retention';
import { unpack } from '../../../server/src/replication/history/contents';
import type { Wire } from '../../../server/src/replication/transport/wire';
import { ARTICLE, HOME, TAG } from '../../support/world/catalogue';
import { deliver } from '../../support/world/deliver';
import { all, Scene } from '../../support/world/scene';

const DAY = 24 * 3_600_000;
const A = keyOf({ uid: ARTICLE, id: 'a' });
const TWO: Retention = { days: 0, versions: 2 };

const forget = async (scene: Scene, site: string, retention: Retention): Promise<void> => {
  const { context } = scene.site(site).process!;
  for (let after = await forgetOldVersions(context, retention, null); after !== null;)
    after = await forgetOldVersions(context, retention, after);
};
const save = async (scene: Scene, ...titles: string[]): Promise<void> => {
  for (const title of titles) {
    scene.save('staging', ARTICLE, 'a', 'draft', { title });
    await scene.settle();
  }
};
/** Titles that the history of a site still holds. */
const titles = (scene: Scene, site: string): string[] =>
  scene
    .table(site, 'contents')
    .flatMap(({ bytes }) => /"title":"(\w+)"/.exec(unpack(bytes))?.[1] ?? [])
    .sort();
const count = (scene: Scene, site: string) => scene.table(site, 'revisions').length;

const sharing = async (level: 'EVERYTHING' | 'PUBLISHED' = 'EVERYTHING'): Promise<Scene> => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all(level)]);
  return scene;
};

describe('the content of old versions', () => {
  it('is forgotten but for the newest, and the versions themselves are known for ever', async () => {
    const scene = await sharing();
    await save(scene, 'One', 'Two', 'Three', 'Four');
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Four', 'Three']);
    expect(count(scene, 'staging')).toBe(4);
    expect(titles(scene, 'live')).toEqual(['Four', 'One', 'Three', 'Two']);
    await save(scene, 'Five');
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Five' } });
  });

  it('is kept as long as it is young, however many versions there are', async () => {
    const scene = await sharing();
    await save(scene, 'One', 'Two');
    const { context } = scene.site('staging').process!;
    const then = context.clock.now() - 10 * DAY;
    await context.store.transaction(({ tables }) => tables.update('revisions', {}, { stored_at: then }));
    await save(scene, 'Three', 'Four', 'Five');
    await forget(scene, 'staging', { days: 5, versions: 2 });
    expect(titles(scene, 'staging')).toEqual(['Five', 'Four', 'Three']);
  });

  it('is kept where a link has it and nothing newer: what differs can still be sent', async () => {
    const scene = await sharing();
    await save(scene, 'One');
    await scene
      .site('staging')
      .process!.context.store.transaction(({ tables }) => tables.update('links', {}, { paused: 1 }));
    await save(scene, 'Two', 'Three', 'Four', 'Five');
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Five', 'Four', 'One']);
    await scene
      .site('staging')
      .process!.context.store.transaction(({ tables }) => tables.update('links', {}, { paused: 0 }));
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Five' } });
  });

  it('is kept of what was published last, however many drafts came after it', async () => {
    const scene = await sharing('PUBLISHED');
    scene.save('staging', ARTICLE, 'a', 'published', { title: 'Public' });
    await save(scene, 'One', 'Two', 'Three', 'Four');
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Four', 'One', 'Public', 'Three']);
    const there = Object.values(scene.rows('live', ARTICLE)).map(({ title }) => title);
    expect(there).toEqual(['Public', 'Public']);
  });

  it('is kept of what was published last also where nobody was sent it yet', async () => {
    const scene = await Scene.of('staging', 'live');
    scene.save('staging', ARTICLE, 'a', 'published', { title: 'Public' });
    await save(scene, 'One', 'Two', 'Three', 'Four');
    await forget(scene, 'staging', TWO);
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)['a en/published']).toEqual({ title: 'Public' });
  });

  it('is kept of an entry that two sites edited, as long as nobody has merged it', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
    await save(scene, 'One', 'Two', 'Three');
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Here' });
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'There' });
    await scene.settle();
    expect(scene.table('staging', 'leaves').filter(({ entity }) => entity === A)).toHaveLength(2);
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Here', 'One', 'There', 'Three', 'Two']);
  });

  it('is kept as long as something was sent and is not answered: the other site may go on from that', async () => {
    const scene = await sharing();
    const { context } = scene.site('staging').process!;
    const edit = async (...titles: string[]) => {
      for (const title of titles) {
        scene.save('staging', ARTICLE, 'a', 'draft', { title });
        await recordBatch(context);
      }
    };
    await edit('One', 'Two');
    const send = async (_peer: unknown, messages: Json[]) => {
      await scene.site('live').process!.receive(scene.site('staging').id, structuredClone(messages));
      throw new Unreachable('Its answer is lost.');
    };
    await deliver(context, { send } as unknown as Wire, scene.site('live').id).catch(() => null);
    await edit('Three', 'Four', 'Five');
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Five', 'Four', 'One', 'Three', 'Two']);
    await scene.settle();
    await forget(scene, 'staging', TWO);
    expect(titles(scene, 'staging')).toEqual(['Five', 'Four']);
  });

  it('of an entry that was deleted is kept as it was last, so that it can be had back', async () => {
    const scene = await sharing();
    await save(scene, 'One', 'Two', 'Three');
    scene.remove('staging', ARTICLE, 'a');
    await scene.settle();
    await forget(scene, 'staging', { days: 0, versions: 1 });
    expect(titles(scene, 'staging')).toEqual(['Three']);
  });

  it('is kept of what theirs took the place of, so that it comes back when theirs is withdrawn', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    scene.save('live', HOME, 'own', 'draft', { headline: 'Of live' });
    scene.save('staging', HOME, 'other', 'draft', { headline: 'One' });
    await scene.settle();
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    for (const headline of ['Two', 'Three', 'Four']) {
      scene.save('staging', HOME, 'other', 'draft', { headline });
      await scene.settle();
    }
    await forget(scene, 'live', TWO);
    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect(scene.rows('live', HOME)).toEqual({ 'own -/draft': { headline: 'Of live' } });
  });

  it('stays where another entry has the same', async () => {
    const scene = await sharing();
    for (const id of ['t', 'u']) scene.save('staging', TAG, id, 'published', { name: 'Same' });
    await scene.settle();
    for (const name of ['Other', 'Third', 'Fourth']) {
      scene.save('staging', TAG, 't', 'published', { name });
      await scene.settle();
    }
    await forget(scene, 'staging', TWO);
    const names = scene
      .table('staging', 'contents')
      .flatMap(({ bytes }) => /"name":"([A-Z]\w+)"/.exec(unpack(bytes))?.[1] ?? []);
    expect(names.sort()).toEqual(['Fourth', 'Same', 'Third']);
  });

  it('is not asked for by a site that is linked later', async () => {
    const scene = await Scene.of('staging', 'live');
    await save(scene, 'One', 'Two', 'Three', 'Four');
    await forget(scene, 'staging', TWO);
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Four' } });
  });
});
