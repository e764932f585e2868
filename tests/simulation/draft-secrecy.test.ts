import { recordBatch } from '../../server/src/replication/capture/record';
import type { Json } from '../../server/src/replication/entity';
import { jobStep } from '../../server/src/replication/reconcile/jobs';
import { deliver } from '../support/world/deliver';
import { ARTICLE, CATEGORY } from '../support/world/catalogue';
import { SeededChance } from '../support/world/chance';
import { all, Scene } from '../support/world/scene';

const STEPS = 60;
const TEXT: Record<string, string> = { [ARTICLE]: 'title', [CATEGORY]: 'name' };

/** Everything that one site sends another that sees only what is published; what is drafted meanwhile is up to `drafted`. */
const whatIsSent = async (seed: number, drafted: (count: number) => string): Promise<string[]> => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('PUBLISHED')]);
  const { context } = scene.site('staging').process!;
  const sent: string[] = [];
  const wire = {
    send: (_: unknown, messages: Json[]) => {
      const text = JSON.stringify(messages);
      sent.push(text);
      return scene.site('live').process!.receive(scene.site('staging').id, JSON.parse(text) as Json[]);
    },
  };
  const chance = new SeededChance(seed);
  for (let step = 0; step < STEPS; step += 1) {
    const uid = chance.pick([ARTICLE, CATEGORY]);
    const id = chance.pick(['a', 'b', 'c']);
    const save = (status: 'draft' | 'published', text: string) =>
      scene.save('staging', uid, id, status, { [TEXT[uid]!]: text });
    const what = chance.below(8);
    if (what < 4) save('draft', drafted(step));
    else if (what === 4) for (const status of ['draft', 'published'] as const) save(status, `Published ${step}`);
    else if (what === 5) scene.remove('staging', uid, id, 'published');
    else if (what === 6 && chance.happens(0.3)) scene.remove('staging', uid, id);
    if (chance.happens(0.5)) await recordBatch(context);
    if (chance.happens(0.5)) await jobStep(context);
    if (chance.happens(0.5)) await deliver(context, wire as never, scene.site('live').id);
  }
  return sent;
};

/** Ids, commitments, salts and signatures look alike whatever they stand for. */
const shapeOf = (text: string): string =>
  text.replace(/"[0-9a-f]{32,}"/g, '"#"').replace(/"[A-Za-z0-9_-]{86}"/g, '"signature"');

describe('who sees only what is published', () => {
  it('is sent the same whatever stands in the drafts', async () => {
    let published = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const some = await whatIsSent(seed, (count) => `Draft ${count}`);
      const others = await whatIsSent(seed, (count) => `Something else that is longer, number ${count}`);
      expect(some.map(shapeOf)).toEqual(others.map(shapeOf));
      for (const text of some) expect(text).not.toMatch(/Draft \d|number \d/);
      published += some.filter((text) => text.includes('Published')).length;
    }
    expect(published).toBeGreaterThan(20);
  });
});
