import type { Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { deliver } from '../../support/world/deliver';
import { ARTICLE, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('what a rule does not let go any more', () => {
  it('does not leave while the job that follows the rules is still on its way', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Secret' });
    const staging = scene.site('staging');
    const { context } = staging.process!;
    await recordBatch(context);
    expect(scene.table('staging', 'replicas')).toMatchObject([{ state: 'queued', level: 'EVERYTHING' }]);

    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    const sent: unknown[] = [];
    const wire = { send: (_: unknown, messages: unknown[]) => Promise.resolve((sent.push(...messages), [])) };
    await deliver(context, wire as never, scene.site('live').id);
    expect(sent).toEqual([]);
  });

  it('is withdrawn also where its rows are gone here', async () => {
    const scene = await Scene.of('first', 'second', 'third');
    await scene.link('first', 'second');
    await scene.link('second', 'third');
    await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('second', 'third', [all('EVERYTHING')]);
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'One' });
    await scene.settle();
    // Deleted on one site while it was edited on another: both are held.
    scene.remove('second', ARTICLE, 'a');
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Two' });
    await recordBatch(scene.site('first').process!.context);
    await scene.settle();
    expect(scene.rows('second', ARTICLE)).toEqual({});
    expect(scene.rows('third', ARTICLE)).toEqual({});

    await scene.rules('second', 'third', []);
    await scene.settle();
    const third = scene.site('third').id;
    const replica = scene.table('second', 'replicas').find(({ link }) => link === third);
    expect(replica).toMatchObject({ level: 'NONE', wanted: null, state: 'done' });
  });

  it('is withdrawn also by a site that hands it on without knowing its type', async () => {
    const scene = await Scene.of('first', 'second', 'third');
    scene.forget('second', ARTICLE);
    await scene.link('first', 'second');
    await scene.link('second', 'third');
    await scene.rules('first', 'second', [all('EVERYTHING')]);
    await scene.rules('second', 'third', [all('EVERYTHING')]);
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Handed on' });
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({ 'a en/draft': { title: 'Handed on' } });

    await scene.rules('second', 'third', []);
    while (await jobStep(scene.site('second').process!.context));
    const third = scene.site('third').id;
    expect(scene.table('second', 'replicas').find(({ link }) => link === third)).toMatchObject({ wanted: null });
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({});
  });

  it('leaves what was published since on top of what is there, though the answer that told so was lost', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', TAG, 'a', 'published', { name: 'One' });
    await scene.settle();
    const { context } = scene.site('staging').process!;
    const live = scene.site('live');
    const wire = {
      send: async (_: unknown, messages: Json[]) => {
        await live.process!.receive(scene.site('staging').id, JSON.parse(JSON.stringify(messages)) as Json[]);
        throw new Unreachable('The answer is lost.');
      },
    };

    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    scene.save('staging', TAG, 'a', 'published', { name: 'Two' });
    await recordBatch(context);
    while (await jobStep(context));
    await deliver(context, wire as never, live.id);
    for (const name of ['Three', 'Four']) {
      scene.save('staging', TAG, 'a', 'published', { name });
      await recordBatch(context);
    }
    await scene.settle();
    expect(scene.rows('live', TAG)).toEqual({ 'a -/published': { name: 'Four' } });
    expect(scene.table('live', 'leaves')).toHaveLength(1);
  });

  it('is compared as equal where what is shared fell back to an older version and the answer was lost', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    const [staging, live] = [scene.site('staging'), scene.site('live')];
    const publish = (title: string) => {
      scene.save('staging', ARTICLE, 'a', 'draft', { title });
      scene.save('staging', ARTICLE, 'a', 'published', { title });
    };
    publish('One');
    await scene.settle();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Draft' });
    await scene.settle();

    const { context } = staging.process!;
    const wire = {
      send: async (_: unknown, messages: Json[]) => {
        await live.process!.receive(staging.id, JSON.parse(JSON.stringify(messages)) as Json[]);
        throw new Unreachable('The answer is lost.');
      },
    };
    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    while (await jobStep(context));
    await deliver(context, wire as never, live.id);
    publish('Two');
    await scene.settle();
    expect(scene.rows('live', ARTICLE)['a en/published']).toEqual({ title: 'Two' });
    const [leaf] = scene.table('live', 'leaves');
    expect(scene.table('live', 'replicas')).toMatchObject([{ common: JSON.stringify([leaf!.revision]) }]);
    expect(await live.process!.differences()).toEqual([]);
  });
});
