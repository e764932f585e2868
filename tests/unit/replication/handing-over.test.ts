import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { resend } from '../../../server/src/replication/reconcile/compare';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import type { Wire } from '../../../server/src/replication/transport/wire';
import { ARTICLE } from '../../support/world/catalogue';
import { deliver } from '../../support/world/deliver';
import { all, Scene } from '../../support/world/scene';

type Rules = ReturnType<typeof all>[];

const NONE: Rules = [];
const BOTH = [all('EVERYTHING', 'BOTH')];
const SENDS = [all('EVERYTHING')];
const RECEIVES = [all('EVERYTHING', 'RECEIVE_ONLY')];

const other = (name: string) => (name === 'staging' ? 'live' : 'staging');

const linked = async (staging: Rules, live: Rules) => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await share(scene, 'staging', staging);
  await share(scene, 'live', live);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'First' });
  await scene.settle();
  return scene;
};
const contextOf = (scene: Scene, name: string) => scene.site(name).process!.context;
const share = async (scene: Scene, from: string, rules: Rules) => {
  await scene.rules(from, other(from), rules);
  while (await jobStep(contextOf(scene, from)));
};
const isReadOnly = (scene: Scene, name: string) =>
  scene.table(name, 'entries').find(({ uid }) => uid === ARTICLE)!.locked === 1;
const replicaOn = (scene: Scene, name: string) => scene.table(name, 'replicas').find(({ uid }) => uid === ARTICLE)!;
const titles = (scene: Scene) =>
  ['staging', 'live'].map((name) => scene.rows(name, ARTICLE)['a en/draft']?.title as string | undefined);

/** Who edits is heard by the other, and nothing is left to be told or compared. */
const expectEditing = async (scene: Scene, who: { [name: string]: boolean }) => {
  await scene.settle();
  for (const [name, mayEdit] of Object.entries(who)) {
    expect([name, isReadOnly(scene, name)]).toEqual([name, !mayEdit]);
    if (!mayEdit) continue;
    scene.save(name, ARTICLE, 'a', 'draft', { title: `Edited on ${name}` });
    await scene.settle();
    expect(titles(scene)).toEqual([`Edited on ${name}`, `Edited on ${name}`]);
  }
  for (const name of Object.keys(who)) {
    expect(replicaOn(scene, name)).toMatchObject({ state: 'done', lease: null });
    expect(await scene.site(name).process!.differences()).toEqual([]);
  }
};

describe('who edited an entry only receives it from now on', () => {
  it('and the other site, which would edit it, does so', async () => {
    const scene = await linked(SENDS, BOTH);
    expect(isReadOnly(scene, 'live')).toBe(true);
    await share(scene, 'staging', RECEIVES);
    await expectEditing(scene, { live: true, staging: false });
  });

  it('also where the other site said so first', async () => {
    const scene = await linked(SENDS, RECEIVES);
    await share(scene, 'live', SENDS);
    await share(scene, 'staging', RECEIVES);
    await expectEditing(scene, { live: true, staging: false });
  });

  it('and both edit it where both say so in the end', async () => {
    const scene = await linked(SENDS, BOTH);
    await share(scene, 'staging', RECEIVES);
    await scene.settle();
    await share(scene, 'live', SENDS);
    await scene.settle();
    await share(scene, 'staging', BOTH);
    await scene.settle();
    await share(scene, 'live', BOTH);
    await expectEditing(scene, { staging: true, live: true });
  });

  it('and the other site, which has no rule, has it for its own: nothing is withdrawn', async () => {
    const scene = await linked(SENDS, NONE);
    await share(scene, 'staging', RECEIVES);
    await scene.settle();
    expect(isReadOnly(scene, 'live')).toBe(false);
    expect(titles(scene)).toEqual(['First', 'First']);
    // Nor is it asked for: what both have stays known.
    expect(replicaOn(scene, 'live').common).not.toBe('[]');
    await share(scene, 'live', BOTH);
    await expectEditing(scene, { live: true, staging: false });
  });
});

it('what was said after that is taken back as well, also where no answer came', async () => {
  const scene = await linked(SENDS, BOTH);
  await share(scene, 'staging', RECEIVES);
  await scene.settle();
  await share(scene, 'staging', SENDS);
  const send = async (_peer: unknown, messages: Json[]) => {
    await scene.site('live').process!.receive(scene.site('staging').id, structuredClone(messages));
    throw new Unreachable('Its answer is lost.');
  };
  await deliver(contextOf(scene, 'staging'), { send } as unknown as Wire, scene.site('live').id).catch(() => null);
  expect(isReadOnly(scene, 'live')).toBe(true);
  await share(scene, 'staging', RECEIVES);
  await expectEditing(scene, { live: true, staging: false });
});

it('who has handed an entry over may edit it again when the other site shares it no more', async () => {
  const scene = await linked(BOTH, BOTH);
  await share(scene, 'staging', RECEIVES);
  await scene.settle();
  scene.save('live', ARTICLE, 'a', 'draft', { title: 'Edited on live' });
  await scene.settle();
  expect(isReadOnly(scene, 'staging')).toBe(true);
  await share(scene, 'live', NONE);
  await scene.settle();
  expect(titles(scene)).toEqual(['Edited on live', 'Edited on live']);
  expect(isReadOnly(scene, 'staging')).toBe(false);
});

it('a comparison has said once more what the other site has lost', async () => {
  const scene = await linked(SENDS, BOTH);
  const live = scene.site('live').backup();
  await share(scene, 'staging', RECEIVES);
  await scene.settle();
  live();
  await scene.site('live').start();
  expect(isReadOnly(scene, 'live')).toBe(true);
  const { id } = scene.site('live');
  const row = replicaOn(scene, 'staging');
  await contextOf(scene, 'staging').store.transaction(({ tables }) => resend(tables, id, [row.entity]));
  await scene.settle();
  expect(isReadOnly(scene, 'live')).toBe(false);
});

describe('both sites say that only they edit', () => {
  const quarrel = async () => {
    const scene = await linked(BOTH, BOTH);
    for (const name of ['staging', 'live']) await share(scene, name, SENDS);
    return scene;
  };

  it('and then both that both do, while each had told the other', async () => {
    const scene = await quarrel();
    const late: (() => Promise<unknown>)[] = [];
    for (const name of ['staging', 'live']) {
      const send = (_peer: unknown, messages: Json[]) => {
        late.push(() => scene.site(other(name)).process!.receive(scene.site(name).id, structuredClone(messages)));
        return Promise.reject(new Error('It arrives, but later.'));
      };
      await deliver(contextOf(scene, name), { send } as unknown as Wire, scene.site(other(name)).id).catch(() => null);
    }
    for (const name of ['staging', 'live']) await share(scene, name, BOTH);
    expect(late).toHaveLength(2);
    for (const arrive of late) await arrive();
    await expectEditing(scene, { staging: true, live: true });
  });

  it('and an edit that was on its way then is not lost on the way', async () => {
    const scene = await quarrel();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Meanwhile' });
    await recordBatch(contextOf(scene, 'staging'));
    await share(scene, 'live', BOTH);
    await scene.settle();
    await share(scene, 'staging', BOTH);
    await expectEditing(scene, { live: true, staging: true });
    expect(scene.table('staging', 'leaves')).toHaveLength(1);
  });
});

it('an edit that had gone on to a third site before it was set aside is known on all in the end', async () => {
  const scene = await Scene.of('staging', 'live', 'third');
  for (const name of ['staging', 'third']) await scene.link(name, 'live');
  const decide = async (from: string, to: string, rules: Rules) => {
    await scene.rules(from, to, rules);
    while (await jobStep(contextOf(scene, from)));
  };
  for (const name of ['staging', 'third']) {
    await decide(name, 'live', BOTH);
    await decide('live', name, BOTH);
  }
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'First' });
  await scene.settle();

  const edit = async (name: string) => {
    scene.save(name, ARTICLE, 'a', 'draft', { title: `Edited on ${name}` });
    await recordBatch(contextOf(scene, name));
  };
  /** What is sent arrives when something else has happened. */
  const sendAfter = async (from: string, to: string, first: () => Promise<void>) => {
    const send = async (_peer: unknown, messages: Json[]) => {
      await first();
      return scene.site(to).process!.receive(scene.site(from).id, structuredClone(messages));
    };
    await deliver(contextOf(scene, from), { send } as unknown as Wire, scene.site(to).id);
  };
  const nothing = () => Promise.resolve();
  await edit('third');
  await edit('live');
  await sendAfter('third', 'live', () =>
    sendAfter('live', 'third', async () => {
      await decide('staging', 'live', SENDS);
      await sendAfter('staging', 'live', nothing);
      expect(scene.table('live', 'leaves')).toHaveLength(1);
    })
  );
  expect(scene.table('third', 'leaves')).toHaveLength(2);
  await decide('staging', 'live', BOTH);
  await scene.settle();

  for (const name of ['staging', 'live', 'third'])
    expect([name, scene.table(name, 'leaves').length]).toEqual([name, 2]);
});
