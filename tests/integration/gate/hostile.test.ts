import type { Json } from '../../../server/src/replication/entity';
import { share } from '../../support/link';
import { settles } from '../../support/wait';
import { butWords, changesNothing, DATES, draft, fresh, published, refused } from './claims';
import { startHonestAndHostile, type Attack, type Forgery } from './hostile-site';

const AUTHOR = 'api::author.author';
const CATEGORY = 'api::category.category';
const ARTICLE = 'api::article.article';
const ABOUT = 'api::about.about';
const FILE = 'plugin::upload.file';

let attack: Attack;
let ours: {
  author: string;
  category: string;
  article: string;
  file: { documentId: string; hash: string; url: string };
};

const leavesOf = (entity: string): Promise<string[]> =>
  attack.honest.run<string[], string>(
    async (strapi, key) =>
      (await strapi.db.connection('replication_leaves').where({ entity: key })).map((row: any) => row.revision),
    entity
  );

beforeAll(async () => {
  attack = await startHonestAndHostile();
  const { honest } = attack;
  const editor = await honest.editor();
  const create = async (uid: string, data: object) => (await editor.create(uid, data)).documentId as string;
  await share(honest, attack.me, [
    { scope: 'type', uid: CATEGORY, level: 'EVERYTHING', direction: 'SEND_ONLY' },
    { scope: 'type', uid: ARTICLE, level: 'EVERYTHING', direction: 'BOTH' },
  ]);
  ours = {
    author: await create(AUTHOR, { name: 'Ours', email: 'ours@site.example' }),
    category: await create(CATEGORY, { name: 'Ours', slug: 'ours' }),
    article: await create(ARTICLE, { title: 'Ours' }),
    file: await editor.upload('ours.png', Buffer.from('the bytes of our file'), 'image/png'),
  };
  await settles(async () => {
    expect(await leavesOf(`${CATEGORY}/${ours.category}`)).toHaveLength(1);
    expect(await leavesOf(`${ARTICLE}/${ours.article}`)).toHaveLength(1);
    const busy = await honest.run(
      "return (await strapi.db.connection('replication_jobs').where({ state: 'running' })).length"
    );
    expect(busy).toBe(0);
  });
});
afterAll(() => attack.close());

describe('a linked but hostile site', () => {
  it('may bring entries of its own (so that what follows is refused for what it is)', async () => {
    const id = fresh();
    const message = attack.update(AUTHOR, id, { parts: published({ name: 'Theirs' }) });
    expect(await attack.send(message)).toEqual([{ status: 'applied' }]);
    expect(await attack.send(message)).toEqual([{ status: 'known' }]);
  });

  it('cannot name accounts, roles, tokens, or tables of plugins', () =>
    changesNothing(attack, async () => {
      const types = ['admin::user', 'admin::api-token', 'strapi::core-store', 'plugin::users-permissions.user'];
      const more = ['plugin::upload.folder', 'plugin::i18n.locale', 'plugin::replication.link', 'api::../x.x', ''];
      for (const uid of [...types, ...more]) {
        await refused(
          attack,
          /MALFORMED|NOT_GRANTED/,
          attack.update(uid, fresh(), { parts: published({ username: 'x' }) })
        );
      }
    }));

  it('cannot say what was not signed', () =>
    changesNothing(attack, async () => {
      const forge = (spoil: Forgery['spoil'], more: Forgery = {}) =>
        attack.update(AUTHOR, fresh(), { parts: published({ name: 'x' }), spoil, ...more });
      await refused(
        attack,
        'BAD_COMMITMENT',
        forge(({ parts }) => (parts['-/published'].value.fields.name = 'y'))
      );
      await refused(
        attack,
        'BAD_COMMITMENT',
        forge(({ parts }) => (parts['-/published'].salt = '0'.repeat(32)))
      );
      await refused(
        attack,
        'BAD_COMMITMENT',
        forge(({ parts }) => (parts['de/draft'] = parts['-/published']))
      );
      await refused(
        attack,
        'BAD_SIGNATURE',
        forge((revision) => (revision.signature = 'A'.repeat(86)))
      );
      await refused(
        attack,
        'BAD_SIGNATURE',
        forge(({ header }) => (header.at = '2020-01-01T00:00:00.000Z'))
      );
      await refused(
        attack,
        'UNKNOWN_KEY',
        forge(({ header }) => (header.origin = '12f7caac-0863-8cc3-ae76-b27529f03827'))
      );
      // In the name of the site that it talks to.
      await refused(
        attack,
        'UNKNOWN_KEY',
        forge(({ header }) => (header.origin = attack.peer.id))
      );
      await refused(
        attack,
        'MALFORMED',
        forge(({ header }) => (header.more = 1))
      );
    }));

  it('cannot change what is only sent to it, nor what is not shared with it', () =>
    changesNothing(attack, async () => {
      const onCategory = { parts: published({ name: 'Mine now', slug: 'ours' }) };
      await refused(attack, 'NOT_ACCEPTED', attack.update(CATEGORY, ours.category, onCategory));
      await refused(attack, 'NOT_ACCEPTED', attack.update(CATEGORY, fresh(), onCategory));
    }));

  it('cannot have an entry sent to it by naming it, nor replace, lock or lower it', async () => {
    const author = `${AUTHOR}/${ours.author}`;
    // What this site never shared gets its first version here now: that is this site's own doing.
    await refused(attack, 'NOT_SHARED', attack.update(AUTHOR, ours.author, { parts: published({ name: 'Mine' }) }));
    await changesNothing(attack, async () => {
      const [root] = await leavesOf(author);
      expect(root).toBeDefined();
      for (const direction of ['BOTH', 'SEND_ONLY'] as const) {
        for (const level of direction === 'BOTH' ? ['EVERYTHING'] : ['EVERYTHING', 'PUBLISHED']) {
          const message = { direction, level, leaves: [] as Json };
          const child = attack.update(AUTHOR, ours.author, { parts: published({ name: 'Mine' }), parents: [root!] });
          await refused(attack, 'NOT_SHARED', { ...child, ...message, leaves: child.leaves! });
        }
      }
    });
    expect((await (await attack.honest.editor()).update(AUTHOR, ours.author, { name: 'Ours still' })).name).toBe(
      'Ours still'
    );
  });

  it('cannot lock what is shared for both sites to edit, put its version aside, or show it as published only', async () => {
    const key = `${ARTICLE}/${ours.article}`;
    const [root] = await leavesOf(key);
    const parts = draft({ title: 'Theirs' });
    const foreign = attack.update(ARTICLE, ours.article, { parts, message: { direction: 'SEND_ONLY' } });
    expect(await attack.send(foreign)).toEqual([{ status: 'applied' }]);
    expect(await leavesOf(key)).toEqual(expect.arrayContaining([root]));
    const lowered = { direction: 'SEND_ONLY', level: 'PUBLISHED' } as const;
    const only = { parts: { '-/published': { fields: { title: 'Theirs' }, dates: DATES } }, parents: [root!] };
    await refused(attack, 'NOT_OWNER', attack.update(ARTICLE, ours.article, { ...only, message: lowered }));
    const editor = await attack.honest.editor();
    expect((await editor.read(ARTICLE, ours.article)).title).toBe('Ours');
    expect((await editor.update(ARTICLE, ours.article, { title: 'Ours, edited' })).title).toBe('Ours, edited');
  });

  it('cannot withdraw what is not its own', () => {
    const withdrawing = async () => {
      const order = [Date.now() + 1e9, 1];
      const withdraw = (uid: string, id: string) => ({ type: 'ENTITY_UNREPLICATE', entity: { uid, id }, order });
      const [own] = await attack.send(withdraw(ARTICLE, ours.article));
      expect(own).toEqual({ status: 'applied' });
      const rest = await attack.send(
        withdraw(AUTHOR, ours.author),
        withdraw(CATEGORY, ours.category),
        withdraw(FILE, ours.file.documentId),
        withdraw(AUTHOR, 'nothing')
      );
      expect(rest.map(({ status }) => status)).toEqual(['known', 'known', 'known', 'known']);
    };
    return changesNothing(attack, withdrawing, butWords);
  });

  it('is not heard where it says again what it has taken back', async () => {
    const id = fresh();
    const old = attack.update(AUTHOR, id, { parts: published({ name: 'Old' }), message: { order: [5, 1] } });
    const later = attack.update(AUTHOR, id, { parts: published({ name: 'New' }), message: { order: [5, 2] } });
    expect(await attack.send(later)).toEqual([{ status: 'applied' }]);
    await changesNothing(attack, async () =>
      expect(await attack.send(old)).toEqual([{ status: 'stale', order: [5, 2] }])
    );
  });

  it('cannot show, or have sent, an entry under the name of another', () =>
    changesNothing(attack, async () => {
      const [secret] = await leavesOf(`${CATEGORY}/${ours.category}`);
      const own = (forgery: Forgery) => attack.update(ARTICLE, fresh(), { parts: draft({ title: 'x' }), ...forgery });
      await refused(attack, 'OTHER_ENTITY', own({ message: { leaves: [secret!] } }));
      await refused(attack, 'OTHER_ENTITY', own({ message: { leaves: [secret!], revisions: [] } }));
      await refused(attack, 'OTHER_ENTITY', own({ parents: [secret!] }));
      await refused(attack, 'OTHER_ENTITY', own({ parents: [secret!], message: { shallow: [secret!] } }));
      await refused(attack, 'OTHER_ENTITY', own({ message: { documentId: ours.article } }));
      await refused(
        attack,
        'OTHER_KIND',
        attack.update(ARTICLE, ARTICLE, { parts: draft({ title: 'x' }), message: { documentId: ours.article } })
      );
      await refused(attack, 'OTHER_KIND', attack.update(FILE, FILE, { message: { documentId: ours.file.documentId } }));
      await refused(attack, 'OTHER_KIND', attack.update(ABOUT, fresh(), { parts: draft({ title: 'x' }) }));
      const other = attack.update(AUTHOR, fresh(), { parts: published({ name: 'x' }) });
      await refused(attack, 'OTHER_ENTITY', { ...other, entity: { uid: AUTHOR, id: fresh() }, documentId: 'x' });
    }));

  it('cannot hang versions on parents that are not there, or have none that exist', () =>
    changesNothing(attack, async () => {
      const orphan = attack.update(AUTHOR, fresh(), { parts: published({ name: 'x' }), parents: ['a'.repeat(64)] });
      expect(await attack.send(orphan)).toEqual([{ status: 'unplaced', leaves: [] }]);
      const nothing = attack.update(AUTHOR, fresh(), { message: { leaves: ['a'.repeat(64)], revisions: [] } });
      expect(await attack.send(nothing)).toEqual([{ status: 'unplaced', leaves: [] }]);
      const two = ['a', 'b'].map((digit) => digit.repeat(64));
      await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { parents: two }));
      await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { parents: [two[0]!], kind: 'merge' }));
      await refused(
        attack,
        'MALFORMED',
        attack.update(AUTHOR, fresh(), { parts: published({ name: 'x' }), kind: 'delete' })
      );
      const many = Array.from({ length: 65 }, (_, index) => index.toString(16).padStart(64, '0'));
      await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { parents: many, kind: 'merge' }));
      await refused(
        attack,
        'MALFORMED',
        attack.update(AUTHOR, fresh(), { message: { direction: 'BOTH', level: 'PUBLISHED' } })
      );
      await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { message: { order: [-1, 0] } }));
      await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { message: { order: [1.5, 1e300] } }));
    }));

  it('is answered for 5,000 versions at once, and for more of them', async () => {
    const id = fresh();
    const one = attack.update(AUTHOR, id, { parts: { people: { authors: [] } } }) as any;
    const many = Array.from({ length: 5_000 }, () => (attack.update(AUTHOR, id) as any).revisions[0]);
    expect((await attack.send({ ...one, revisions: [...many, ...one.revisions] }))[0]).toMatchObject({
      code: 'MALFORMED',
    });
    const [answer] = await attack.send({ ...one, revisions: [...many.slice(1), ...one.revisions] });
    expect(['applied', 'held']).toContain(answer.status);
  });

  it('does no harm with odd names and values: they are held, or left out', async () => {
    const odd: { [name: string]: Json }[] = [
      JSON.parse('{"constructor":{"prototype":{"polluted":1}},"toString":"x","hasOwnProperty":1,"name":"odd"}'),
      { name: 'lone \ud800 surrogate' },
      { name: 'zero \u0000 byte' },
      { name: 'x'.repeat(300_000) },
      { name: { an: 'object' } },
      { name: ['a', 'list'] },
      { name: 1e308 },
      { avatar: [{ uid: 'admin::user', id: '1' }], name: 'x' },
      { avatar: [{ uid: FILE, id: 'x'.repeat(10_000) }], name: 'x' },
      { articles: [{ uid: 'plugin::users-permissions.user', id: '1' }], name: 'x' },
      { avatar: 'no list', name: { $ne: null } },
    ];
    const messages = odd.map((fields) => attack.update(AUTHOR, fresh(), { parts: published(fields) }));
    for (const answer of await attack.send(...messages)) {
      expect(answer.status).toMatch(/^(applied|held|refused)$/);
      expect(JSON.stringify(answer)).not.toMatch(/insert into|update `|\\n\s+at /i);
    }
    const article = [
      { blocks: [{ __component: 'admin.user', x: 1 }, { __component: 'constructor' }, 7, null] },
      { blocks: { not: 'a list' }, title: 'x' },
      { cover: [null, 7, { uid: 7, id: {} }], title: 'x' },
    ] as unknown as { [name: string]: Json }[];
    for (const answer of await attack.send(
      ...article.map((fields) => attack.update(ARTICLE, fresh(), { parts: draft(fields) }))
    )) {
      expect(answer.status).toMatch(/^(applied|held|refused)$/);
    }
    const raw = JSON.stringify(attack.update(AUTHOR, fresh(), { parts: published({ name: 'x' }) }));
    const polluting = raw.replace('"fields":{', '"fields":{"__proto__":{"polluted":1},');
    const endless = raw.replace('"name":"x"', '"name":1e999');
    for (const body of [polluting, endless]) {
      expect((await attack.request({ path: '/v1/messages', body })).status).toBe(200);
    }
    const locales = ['../..', 'de/../en', '%00', 'constructor', '-'.repeat(9), 'a', ''];
    const named = locales.map((locale) => attack.update(AUTHOR, fresh(), { parts: { [`${locale}/published`]: {} } }));
    await refused(attack, 'MALFORMED', ...named);
    expect(await attack.honest.run('return ({}).polluted ?? null')).toBeNull();
    const { data } = await attack.honest.rest().get('/api/authors', { populate: '*', pagination: { pageSize: 100 } });
    expect(data.length).toBeGreaterThan(0);
  });

  it('cannot add languages that nobody knows', async () => {
    const before = await attack.honest.run(
      "return (await strapi.plugin('i18n').service('locales').find()).map(({ code }) => code)"
    );
    const page = attack.update('api::page.page', fresh(), {
      parts: { 'qqq/draft': { fields: { title: 'x' }, dates: DATES } },
    });
    expect((await attack.send(page))[0]).toMatchObject({
      status: 'held',
      code: 'NOT_STORED',
      reason: expect.stringContaining('qqq'),
    });
    expect(
      await attack.honest.run("return (await strapi.plugin('i18n').service('locales').find()).map(({ code }) => code)")
    ).toEqual(before);
  });

  it('cannot break dates: what is none is refused', () =>
    changesNothing(attack, async () => {
      for (const createdAt of ['', 'yesterday', '2026-13-45T00:00:00.000Z', '2026-01-01']) {
        const parts = { '-/published': { fields: { name: 'x' }, dates: { createdAt } } };
        await refused(attack, 'MALFORMED', attack.update(AUTHOR, fresh(), { parts }));
      }
    }));
});

it('serves its visitors and editors after all of that', async () => {
  const editor = await attack.honest.editor();
  expect((await editor.create(AUTHOR, { name: 'After' })).name).toBe('After');
  for (const type of ['authors', 'categories', 'articles']) await attack.honest.rest().get(`/api/${type}`);
  expect(attack.honest.logs()).not.toMatch(/A request of another site failed for a reason of our own/);
});
