import type { Instance } from '../support/instance';
import { atRest, equalOnBoth, everything, KITCHEN, PLAIN, startPair, type Pair } from './sites';

/** Which version of an entry a relation shows: what nobody published must not be public on the other site. */

let pair: Pair;
beforeAll(async () => {
  pair = await startPair(everything([KITCHEN, PLAIN]));
});

const make = (uid: string, data: object, site: Instance = pair.staging) =>
  site.run<string>('return (await strapi.documents(args.uid).create(args)).documentId', { uid, data });
const save = (uid: string, documentId: string, data: object) =>
  pair.staging.run('await strapi.documents(args.uid).update(args)', { uid, documentId, data });
const act = (action: string, documentId: string) =>
  pair.staging.run('await strapi.documents(args.uid)[args.action]({ documentId: args.documentId })', {
    uid: KITCHEN,
    action,
    documentId,
  });
const rowId = (uid: string, documentId: string) =>
  pair.staging.run<number>(
    'return (await strapi.db.query(args.uid).findOne({ where: { documentId: args.documentId, publishedAt: null } })).id',
    { uid, documentId }
  );

/** The documentIds in a relation of an entry's draft and of its published version, on both sites, which must agree. */
const linked = async (uid: string, id: string, name: string): Promise<Record<string, string[]>> => {
  const { live } = await equalOnBoth(pair, uid, [id]);
  const ids = (value: unknown) =>
    ((value ?? []) as string[]).map((each) => each.split(' ').find((part) => !part.includes('::'))!);
  return Object.fromEntries(live.map(({ status, fields }) => [status, ids(fields[name]).sort()]));
};

describe('an entry without drafts, in a relation of a published entry', () => {
  it.each([
    ['items', true],
    ['tags', true],
    ['twin', false],
  ])('shows on live’s published version only when %s is published', async (name, many) => {
    const [one, other] = [await make(PLAIN, { string: 'one' }), await make(PLAIN, { string: 'other' })];
    const as = (id: string) => (many ? [id] : id);
    const kitchen = await make(KITCHEN, { [name]: as(one) });
    await act('publish', kitchen);
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: [one], published: [one] });
    await save(KITCHEN, kitchen, { [name]: as(other) });
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: [other], published: [one] });
    await act('publish', kitchen);
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: [other], published: [other] });
    await save(KITCHEN, kitchen, { [name]: many ? [] : null });
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: [], published: [other] });
    await act('discardDraft', kitchen);
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: [other], published: [other] });
    await save(KITCHEN, kitchen, { [name]: many ? [one, other] : one });
    await act('unpublish', kitchen);
    await linked(KITCHEN, kitchen, name);
    await act('publish', kitchen);
    const both = many ? [one, other].sort() : [one];
    expect(await linked(KITCHEN, kitchen, name)).toEqual({ draft: both, published: both });
    await equalOnBoth(pair, PLAIN, [one, other]);
  });

  it('that an editor took out of the draft does not come back by unpublishing and publishing', async () => {
    const plain = await make(PLAIN, { string: 'taken out' });
    const kitchen = await make(KITCHEN, { items: [plain] });
    await act('publish', kitchen);
    await linked(KITCHEN, kitchen, 'items');
    await save(KITCHEN, kitchen, { items: [] });
    expect(await linked(KITCHEN, kitchen, 'items')).toEqual({ draft: [], published: [plain] });
    await act('unpublish', kitchen);
    expect(await linked(KITCHEN, kitchen, 'items')).toEqual({ draft: [] });
    await act('publish', kitchen);
    expect(await linked(KITCHEN, kitchen, 'items')).toEqual({ draft: [], published: [] });
  });
});

it('a polymorphic relation shows the version it was made to, also from a published entry to a draft', async () => {
  const target = await make(KITCHEN, { string: 'never published' });
  const kitchen = await make(KITCHEN, { subject: { __type: KITCHEN, id: await rowId(KITCHEN, target) } });
  await act('publish', kitchen);
  const { live } = await equalOnBoth(pair, KITCHEN, [kitchen]);
  // Strapi keeps the link to the draft when it publishes; in a list it drops it.
  const draft = [`${KITCHEN} ${target} draft`];
  expect(live.map(({ fields }) => fields.subject)).toEqual([draft, draft]);
  await act('publish', target);
  await equalOnBoth(pair, KITCHEN, [kitchen, target]);
});

it('a link that a delivery took from an entry of live is no edit of live, and comes back when it is free', async () => {
  const plain = await make(PLAIN, { string: 'wanted by two' });
  await equalOnBoth(pair, PLAIN, [plain]);
  const own = await make(KITCHEN, { string: 'live’s own', twin: plain }, pair.live);
  await atRest(pair.staging, pair.live);
  const ofOwn = () =>
    pair.live.run<{ twin: string | null; versions: number }>(
      `const entry = await strapi.documents(args.uid).findOne({ documentId: args.id, populate: ['twin'] });
       const versions = await strapi.db.connection('replication_revisions').where({ entity: args.uid + '/' + args.id });
       return { twin: entry.twin?.documentId ?? null, versions: versions.length };`,
      { uid: KITCHEN, id: own }
    );
  expect((await ofOwn()).twin).toBe(plain);
  const { versions } = await ofOwn();
  const kitchen = await make(KITCHEN, { twin: plain });
  await equalOnBoth(pair, KITCHEN, [kitchen]);
  expect(await ofOwn()).toEqual({ twin: null, versions });
  await save(KITCHEN, kitchen, { twin: null });
  await equalOnBoth(pair, KITCHEN, [kitchen]);
  expect(await ofOwn()).toEqual({ twin: plain, versions });
});
