import type { Instance } from '../support/instance';
import { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { history } from './history';
import { atRest, CATEGORY, everything, KITCHEN, PLAIN, startPair, type Pair } from './sites';

/** Both sites keep `integer`, and staging keeps `text`, too. */
const config = (localFields: string[]) => ({
  REPLICATION_CONFIG: JSON.stringify({
    allowPrivateAddresses: true,
    contentTypes: {
      [PLAIN]: { localFields },
      [KITCHEN]: { localFields },
      [CATEGORY]: { localFields: ['description'] },
    },
  }),
});

let pair: Pair;
beforeAll(async () => {
  pair = await startPair(everything([PLAIN, KITCHEN, CATEGORY]), { env: config(['integer']) });
});

const call = (site: Instance, uid: string, action: string, params: object) =>
  site.run<{ documentId: string }>('return strapi.documents(args.uid)[args.action](args.params)', {
    uid,
    action,
    params,
  });
const entry = (site: Instance, uid: string, documentId: string) =>
  site.run<Record<string, unknown> | null>('return strapi.documents(args.uid).findOne(args)', { uid, documentId });

describe('a field that is a site’s own', () => {
  it('is not sent with the rest, and not written over by what comes', async () => {
    const { staging, live } = pair;
    const { documentId } = await call(staging, PLAIN, 'create', { data: { string: 'one', integer: 1 } });
    await atRest(staging, live);
    await settles(async () =>
      expect(await entry(live, PLAIN, documentId)).toMatchObject({ string: 'one', integer: null })
    );
    const known = await history(live);
    expect(known).toContain('"string":"one"');
    expect(known).not.toContain('"integer"');

    await call(live, PLAIN, 'update', { documentId, data: { integer: 99 } });
    await call(staging, PLAIN, 'update', { documentId, data: { string: 'two', integer: 2 } });
    await atRest(staging, live);
    await settles(async () =>
      expect(await entry(live, PLAIN, documentId)).toMatchObject({ string: 'two', integer: 99 })
    );
    expect(await entry(staging, PLAIN, documentId)).toMatchObject({ string: 'two', integer: 2 });
  });

  it('can be changed where the entry is read-only, alone', async () => {
    const { staging, live } = pair;
    for (const uid of [PLAIN, KITCHEN]) {
      const { documentId } = await call(staging, uid, 'create', { data: { string: 'locked' } });
      await atRest(staging, live);
      await settles(async () => expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked' }));
      await call(live, uid, 'update', { documentId, data: { integer: 5 } });
      expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked', integer: 5 });
      for (const data of [{ integer: 6, string: 'no' }, { string: 'no' }, {}]) {
        await expect(call(live, uid, 'update', { documentId, data })).rejects.toThrow(HttpError);
      }
      // What cannot be told to change nothing is refused, too; the whole form of the content manager is not.
      const [own, others] = uid === PLAIN ? ['next', 'members'] : ['best', 'children'];
      const connected = { connect: [{ documentId }], disconnect: [] };
      for (const more of [{ [own]: connected }, { [others]: [] }, { simple: { label: 'new' } }, { picture: 1 }]) {
        const data = { integer: 6, string: 'locked', ...more };
        await expect(call(live, uid, 'update', { documentId, data })).rejects.toThrow(HttpError);
      }
      expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked', integer: 5 });
      const form = { integer: 8, string: 'locked', text: null, simples: [], [own]: { connect: [], disconnect: [] } };
      await call(live, uid, 'update', { documentId, data: form });
      expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked', integer: 8 });
      await call(live, uid, 'update', { documentId, data: { integer: 5 } });
      for (const more of [{ publishedAt: null }, { documentId: 'another' }, { locale: 'de' }]) {
        const raw = { where: { documentId }, data: { integer: 7, ...more } };
        await expect(live.run('return strapi.db.query(args.uid).update(args.raw)', { uid, raw })).rejects.toThrow(
          /read-only/
        );
      }
      expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked', integer: 5 });
    }
  });

  it('can be changed there over REST, too', async () => {
    const { staging, live } = pair;
    const { documentId } = await call(staging, CATEGORY, 'create', { data: { name: 'Rest', slug: 'rest' } });
    await atRest(staging, live);
    await settles(async () => expect(await entry(live, CATEGORY, documentId)).toMatchObject({ name: 'Rest' }));
    await live.rest().put(`/api/categories/${documentId}`, { data: { description: 'of live' } });
    expect(await entry(live, CATEGORY, documentId)).toMatchObject({ name: 'Rest', description: 'of live' });
    const both = { data: { description: 'no', name: 'no' } };
    await expect(live.rest().put(`/api/categories/${documentId}`, both)).rejects.toThrow(HttpError);
    expect(await entry(staging, CATEGORY, documentId)).toMatchObject({ description: null });
  });

  it('stays as it is on other sites when it becomes one, and here when it is one no more', async () => {
    const { staging, live } = pair;
    const { documentId } = await call(staging, PLAIN, 'create', { data: { string: 'a', text: 'shared' } });
    await atRest(staging, live);
    await settles(async () => expect(await entry(live, PLAIN, documentId)).toMatchObject({ text: 'shared' }));
    Object.assign(staging.env, config(['integer', 'text']));
    await staging.restart();
    await call(staging, PLAIN, 'update', { documentId, data: { string: 'b', text: 'only here' } });
    await atRest(staging, live);
    await settles(async () =>
      expect(await entry(live, PLAIN, documentId)).toMatchObject({ string: 'b', text: 'shared' })
    );
    expect(await entry(staging, PLAIN, documentId)).toMatchObject({ text: 'only here' });

    Object.assign(staging.env, config(['integer']));
    await staging.restart();
    await atRest(staging, live);
    await settles(async () =>
      expect(await entry(staging, PLAIN, documentId)).toMatchObject({ string: 'b', text: 'shared' })
    );
    expect(await entry(live, PLAIN, documentId)).toMatchObject({ string: 'b', text: 'shared' });
    expect(await history(staging)).toContain('only here');
  });
});
