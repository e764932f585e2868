import { receive } from '../../../server/src/replication/apply/receive';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { moveLink } from '../../../server/src/replication/link/rows';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { startJob } from '../../../server/src/replication/job-row';
import { takeUp } from '../../../server/src/replication/transport/deliver';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const stagingToLive = async (level: 'EVERYTHING' | 'PUBLISHED' = 'EVERYTHING') => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all(level)]);
  return scene;
};

const endLink = async (scene: Scene, at: string, other: string) => {
  const { store, clock } = scene.site(at).process!.context;
  await store.transaction((unit) => moveLink(unit, scene.site(other).id, 'UNLINKED', clock.now()));
};

describe('when a link ends', () => {
  it('what is on its way in that moment is refused, and leaves nothing', async () => {
    const scene = await stagingToLive();
    await scene.settle();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'On its way' });
    const { context: staging } = scene.site('staging').process!;
    await recordBatch(staging);
    const { messages } = await staging.store.transaction((unit) => takeUp(staging, unit, scene.site('live').id));
    expect(messages).toHaveLength(1);

    const [link] = scene.table('live', 'links');
    await endLink(scene, 'live', 'staging');
    const { context, verifier } = scene.site('live').process!;
    const answers = await receive(context, verifier, link!, messages as never);
    expect(answers).toMatchObject([{ status: 'refused', code: 'NOT_LINKED' }]);
    expect(scene.rows('live', ARTICLE)).toEqual({});
    expect(scene.table('live', 'replicas')).toEqual([]);
  });

  it('a draft that had stayed where it was unpublished is this site’s own, also after other locales were edited', async () => {
    const scene = await stagingToLive('PUBLISHED');
    for (const status of ['draft', 'published'] as const) {
      scene.save('staging', ARTICLE, 'a', status, { title: 'English' });
      scene.save('staging', ARTICLE, 'a', status, { title: 'Deutsch' }, undefined, 'de');
    }
    await scene.settle();
    scene.remove('staging', ARTICLE, 'a', 'published', 'de');
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toMatchObject({ 'a de/draft': { title: 'Deutsch' } });

    await endLink(scene, 'staging', 'live');
    await endLink(scene, 'live', 'staging');
    await scene.settle();
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'Edited here' });
    await scene.settle();
    const head = scene.entry('live', `${ARTICLE}/a`)!.head;
    const parts = scene.table('live', 'parts').filter(({ revision }) => revision === head);
    expect(parts.map(({ name }) => name)).toContain('de/draft');
    expect(scene.rows('live', ARTICLE)).toMatchObject({
      'a de/draft': { title: 'Deutsch' },
      'a en/draft': { title: 'Edited here' },
    });
  });
});

it('a job that is started over while it runs begins anew, at whichever moment that happens', async () => {
  let happened = true;
  for (let statement = 2; happened; statement += 1) {
    const scene = await stagingToLive();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A' });
    await scene.settle();
    const { context } = scene.site('staging').process!;
    const { database } = scene.site('staging');
    await context.store.transaction((unit) => startJob(unit, 'decide', ARTICLE, context.clock.now()));
    const later = context.clock.now() + 1;

    let count = 0;
    happened = false;
    database.beforeStatement = () => {
      count += 1;
      if (count !== statement) return;
      happened = true;
      database.now((transaction) =>
        transaction.update('jobs', { id: `decide ${ARTICLE}` }, { cursor: null, state: 'running', updated_at: later })
      );
    };
    await jobStep(context);
    database.beforeStatement = null;
    const [job] = scene.table('staging', 'jobs').filter(({ subject }) => subject === ARTICLE);
    if (happened)
      expect([statement, job]).toMatchObject([statement, { cursor: null, state: 'running', updated_at: later }]);
  }
});
