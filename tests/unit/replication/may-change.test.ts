import { refusalOf, type Claims } from '../../../server/src/replication/apply/may-change';
import { FILE_UID, type EntityKey, type Json, type Reference } from '../../../server/src/replication/entity';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { sealPart, sealRevision } from '../../../server/src/replication/history/revision';
import { learnKeys } from '../../../server/src/replication/link/key-record';
import { refreshReplicas } from '../../../server/src/replication/queue/refresh';
import type { Row } from '../../../server/src/replication/tables';
import { newReplica } from '../../../server/src/replication/queue/wanted-replica';
import { MAX_PARENTS, type UpdateMessage } from '../../../server/src/replication/transport/message';
import { ARTICLE, catalogue } from '../../support/world/catalogue';
import { SeededChance } from '../../support/world/chance';
import { Site } from '../../support/world/site';
import { World } from '../../support/world/world';

/** Two simulated sites: `here` is asked, `there` says what it likes. */
const RULE = { id: 'rule', scope: 'type' as const, uid: ARTICLE, locked: 0, created_at: 0, dependencies: null };
const twoSites = async () => {
  const world = new World(7);
  const chance = new SeededChance(7);
  const [here, there] = ['here', 'there'].map(
    (name) => new Site(world, name, catalogue(chance, false), chance.fork(), null)
  );
  await here!.start();
  await there!.start();
  const link: Row<'links'> = {
    id: there!.id,
    name: 'there',
    url: 'https://there.example/api',
    state: 'REGISTERED',
    fingerprint: '',
    granted: '["*"]',
    paused: 0,
    locked: 0,
    failures: 0,
    retry_at: 0,
    last_contact_at: null,
    fetching: null,
    last_error: null,
    created_at: 0,
  };
  const { store } = here!.process!.context;
  await store.transaction(async (unit) => {
    await learnKeys(unit, there!.process!.identity.keys);
    await unit.tables.insert('links', [link], 'fail');
  });

  /** An article that somebody made here, recorded. */
  const article = async () => {
    const known = () =>
      here!.database
        .table('entries')
        .all()
        .find((row) => row.uid === ARTICLE && row.head !== null);
    for (let edits = 0; !known() && edits < 200; edits += 1) {
      here!.edit();
      while (here!.copyPending());
      await recordBatch(here!.process!.context);
    }
    const entry = known() as unknown as Row<'entries'>;
    return { id: entry.local_id, key: entry.entity, head: entry.head! };
  };
  const rule = (direction: string, level = 'EVERYTHING') =>
    store.transaction(({ tables }) =>
      tables.insert('rules', [{ ...RULE, link: link.id, level, direction }], 'replace')
    );
  let sequence = 0;
  const message = (id: string, more: { parents?: string[]; [member: string]: unknown } = {}) => {
    const { parents = [], ...members } = more;
    const part = sealPart('en/draft', { fields: { title: `theirs ${(sequence += 1)}` } }, Buffer.alloc(16, sequence));
    const revision = sealRevision(
      {
        entity: { uid: ARTICLE, id } as Reference,
        parents: parents as never,
        at: new Date(0).toISOString(),
        kind: 'edit',
      },
      [part],
      there!.process!.identity
    );
    const opened = { 'en/draft': { salt: part.salt, value: JSON.parse(part.content!) } };
    return {
      type: 'ENTITY_UPDATE',
      entity: { uid: ARTICLE, id },
      documentId: id,
      level: 'EVERYTHING',
      direction: 'BOTH',
      granted: true,
      order: [1, sequence],
      leaves: [revision.id],
      revisions: [{ header: revision.header, signature: revision.signature, parts: opened }],
      shallow: [],
      keys: [],
      ...members,
    } as unknown as { [member: string]: Json };
  };
  const send = async (...messages: Json[]): Promise<any[]> => here!.process!.receive(link.id, messages);
  const row = (key: string) =>
    here!.database
      .table('entries')
      .all()
      .find(({ entity }) => entity === key) as unknown as Row<'entries'>;
  const wanted = async (key: string) => {
    const { context } = here!.process!;
    await store.transaction((unit) => refreshReplicas(context, unit, [key as never], []));
    const replica = here!.database
      .table('replicas')
      .all()
      .find(({ entity }) => entity === key);
    return replica?.wanted ?? null;
  };
  return { article, rule, message, send, row, wanted, here: here! };
};

describe('an entry that was started here and that no rule shares', () => {
  it('is not sent to who names it', async () => {
    const { article, message, send, wanted } = await twoSites();
    const { id, key } = await article();
    expect(await send(message(id))).toMatchObject([{ status: 'refused', code: 'NOT_SHARED' }]);
    expect(await wanted(key)).toBeNull();
  });

  it('is not replaced, locked or lowered by versions that descend from it', async () => {
    const { article, message, send, row } = await twoSites();
    const { id, key, head } = await article();
    const before = row(key);
    for (const more of [
      { direction: 'SEND_ONLY' },
      { direction: 'BOTH' },
      { direction: 'SEND_ONLY', level: 'PUBLISHED' },
    ]) {
      expect(await send(message(id, { parents: [head], ...more }))).toMatchObject([
        { status: 'refused', code: 'NOT_SHARED' },
      ]);
    }
    expect(row(key)).toEqual(before);
  });

  it('coming back unchanged, as in a ring of sites, is no news', async () => {
    const { article, message, send, row } = await twoSites();
    const { id, key, head } = await article();
    const before = row(key);
    const back = { ...message(id, { direction: 'SEND_ONLY' }), leaves: [head], revisions: [] };
    expect(await send(back)).toEqual([{ status: 'known' }]);
    expect(row(key)).toEqual(before);
  });
});

describe('an entry that was started here and is shared for both to edit', () => {
  it('takes edits from there, but is neither locked nor put aside', async () => {
    const { article, rule, message, send, row, here } = await twoSites();
    const { id, key, head } = await article();
    await rule('BOTH');
    expect(await send(message(id, { direction: 'SEND_ONLY' }))).toEqual([{ status: 'applied' }]);
    expect(row(key)).toMatchObject({ head, locked: 0, shows: 'EVERYTHING' });
    const leaves = here.database
      .table('leaves')
      .all()
      .filter(({ entity }) => entity === key);
    expect(leaves.map(({ revision }) => revision)).toContain(head);
    expect(await send(message(id, { parents: [head], direction: 'SEND_ONLY' }))).toEqual([{ status: 'applied' }]);
    expect(row(key)).toMatchObject({ locked: 0, shows: 'EVERYTHING' });
  });

  it('is not replaced by what is only published', async () => {
    const { article, rule, message, send, row } = await twoSites();
    const { id, key, head } = await article();
    await rule('BOTH');
    const published = message(id, { parents: [head], direction: 'SEND_ONLY', level: 'PUBLISHED' });
    expect(await send(published)).toMatchObject([{ status: 'refused', code: 'NOT_OWNER' }]);
    expect(row(key).head).toBe(head);
  });

  it('takes what comes in at once where the rule here says that it is edited there', async () => {
    const { article, rule, message, send, row } = await twoSites();
    const { id, key } = await article();
    await rule('RECEIVE_ONLY');
    const theirs = message(id, { direction: 'SEND_ONLY' });
    expect(await send(theirs)).toEqual([{ status: 'applied' }]);
    expect(row(key)).toMatchObject({ head: (theirs.leaves as string[])[0], locked: 1 });
  });
});

describe('a message', () => {
  it('cannot name versions of another entry, as its own or as their parents, also where it says that these are not sent', async () => {
    const { article, message, send } = await twoSites();
    const { head } = await article();
    const own = (more: object) => message('another', { ...more });
    expect(
      await send(
        { ...own({}), leaves: [head] },
        own({ parents: [head] }),
        own({ parents: [head], shallow: [head] }),
        own({ documentId: 'else' })
      )
    ).toMatchObject(Array.from({ length: 4 }, () => ({ status: 'refused', code: 'OTHER_ENTITY' })));
  });

  it('that is refused leaves nothing behind', async () => {
    const { rule, message, send, row } = await twoSites();
    await rule('SEND_ONLY');
    expect(await send(message('nothing'))).toMatchObject([{ status: 'refused', code: 'NOT_ACCEPTED' }]);
    expect(row(`${ARTICLE}/nothing`)).toBeUndefined();
  });

  it('makes an entry no more versions at once than a message can name', async () => {
    const { rule, message, send, here } = await twoSites();
    await rule('BOTH');
    const answers = await send(...Array.from({ length: MAX_PARENTS + 3 }, () => message('many')));
    expect(answers.slice(0, MAX_PARENTS)).toEqual(Array.from({ length: MAX_PARENTS }, () => ({ status: 'applied' })));
    expect(answers.slice(MAX_PARENTS)).toMatchObject(
      Array.from({ length: 3 }, () => ({ status: 'refused', code: 'TOO_MANY_VERSIONS' }))
    );
    const leaves = here.database
      .table('leaves')
      .all()
      .filter(({ entity }) => entity === `${ARTICLE}/many`)
      .map(({ revision }) => revision as string);
    expect(leaves).toHaveLength(MAX_PARENTS);
    // What builds on one of them takes its place.
    expect(await send(message('many', { parents: [leaves[0]!] }))).toEqual([{ status: 'applied' }]);
  });
});

describe('a file', () => {
  const entity = `${FILE_UID}/picture` as EntityKey;
  const update = {
    type: 'ENTITY_UPDATE',
    entity: { uid: FILE_UID, id: 'picture' },
    level: 'EVERYTHING',
    granted: true,
  };
  const codeOf = (claims: Partial<Claims>, direction: 'BOTH' | 'SEND_ONLY' = 'BOTH') => {
    const none = { granted: ['*'], rules: [], replicas: new Map(), ours: new Set(), fromOurs: new Set() };
    const message = { ...update, direction } as unknown as UpdateMessage;
    const one = { entity, message, revisions: [] };
    const answer = refusalOf({ ...none, matched: new Set(), ...claims } as Claims, 'link', one, message);
    return answer?.status === 'refused' ? answer.code : null;
  };
  const withReplica = (row: Partial<Row<'replicas'>>) => ({
    replicas: new Map([[entity, { ...newReplica('link', entity), ...row }]]),
  });
  const rule = (direction: string, uid = '') => ({
    ...RULE,
    link: 'link',
    level: 'EVERYTHING',
    direction,
    uid,
    scope: uid === '' ? ('instance' as const) : ('type' as const),
  });

  it('that is only sent to a site is not changed by it, whoever has started it', () => {
    const sent = { level: 'EVERYTHING', direction: 'SEND_ONLY', granted: 1 };
    for (const direction of ['BOTH', 'SEND_ONLY'] as const) {
      expect(codeOf(withReplica(sent), direction)).toBe('NOT_ACCEPTED');
      expect(codeOf({ ...withReplica(sent), ours: new Set([entity]) }, direction)).toBe('NOT_ACCEPTED');
    }
    expect(codeOf(withReplica({ ...sent, direction: 'BOTH' }))).toBeNull();
    expect(codeOf(withReplica({ level: 'NONE', direction: 'RECEIVE_ONLY' }))).toBeNull();
  });

  it('that a site has brought goes on being its own, also where entries here use it that are only sent there', () => {
    const brought = { level: 'EVERYTHING', direction: 'SEND_ONLY', granted: 1, their_level: 'EVERYTHING' };
    expect(codeOf(withReplica(brought))).toBeNull();
  });

  it('does not come from a site that may bring nothing which could use it', () => {
    expect(codeOf({})).toBeNull();
    expect(codeOf({ granted: [] })).toBe('NOT_ACCEPTED');
    expect(codeOf({ rules: [rule('SEND_ONLY')] })).toBe('NOT_ACCEPTED');
    expect(codeOf({ rules: [rule('SEND_ONLY'), rule('BOTH', ARTICLE)] })).toBeNull();
    expect(codeOf({ rules: [rule('SEND_ONLY', ARTICLE)], granted: [ARTICLE] })).toBe('NOT_ACCEPTED');
    expect(codeOf({ rules: [rule('SEND_ONLY', ARTICLE)] })).toBeNull();
  });
});
