import type { Instance } from '../support/instance';
import { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { atRest, everything, KITCHEN, PLAIN, startPair, type Pair } from './sites';

/** Both sites keep `integer`, and staging keeps `text`, too. */
const config = (localFields: string[]) => ({
  REPLICATION_CONFIG: JSON.stringify({
    allowPrivateAddresses: true,
    contentTypes: { [PLAIN]: { localFields }, [KITCHEN]: { localFields } },
  }),
});

let pair: Pair;
beforeAll(async () => {
  pair = await startPair(everything([PLAIN, KITCHEN]), { env: config(['integer']) });
}, 240_000);

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
    const history = await live.run<string>(async (strapi) => {
      const rows = await strapi.db.connection('replication_contents').select('bytes');
      return rows.map(({ bytes }: any) => Buffer.from(bytes).toString('utf8')).join('\n');
    });
    expect(history).toContain('"string":"one"');
    expect(history).not.toContain('"integer"');

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
      const raw = { where: { documentId }, data: { integer: 7, publishedAt: null } };
      await expect(live.run('return strapi.db.query(args.uid).update(args.raw)', { uid, raw })).rejects.toThrow(
        /read-only/
      );
      expect(await entry(live, uid, documentId)).toMatchObject({ string: 'locked', integer: 5 });
    }
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
  }, 120_000);
});
