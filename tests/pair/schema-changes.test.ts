import type { BrakeAnswer, BrakeCode, BrakeView } from '../../server/src/contracts';
import type { Instance } from '../support/instance';
import { overview } from '../support/link';
import { restartWith, type Variant } from '../support/schema-variant';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { atRest, BANNER, everything, KITCHEN, PAGE, PLAIN, startPair, type Pair } from './sites';

let pair: Pair;

const create = (site: Instance, uid: string, data: object, locale?: string) =>
  site.run<string>(
    'return (await strapi.documents(args.uid).create({ data: args.data, locale: args.locale })).documentId',
    { uid, data, locale }
  );
const update = (site: Instance, uid: string, documentId: string, data: object, locale?: string) =>
  site.run('return strapi.documents(args.uid).update(args)', { uid, documentId, data, locale });
/** Fields of an entry's draft. */
const draft = (site: Instance, uid: string, documentId: string, locale?: string) =>
  site.run<Record<string, unknown> | null>(
    "return strapi.documents(args.uid).findOne({ documentId: args.documentId, locale: args.locale, populate: '*' })",
    { uid, documentId, locale }
  );
/** A single type's one entry. */
const single = (site: Instance, uid: string) =>
  site.run<Record<string, unknown> | null>("return strapi.documents(args).findFirst({ locale: 'en' })", uid);
const brakes = async (): Promise<BrakeView[]> => (await overview(pair.staging)).brakes;
const answer = async (code: BrakeCode, said: BrakeAnswer) => {
  const brake = (await brakes()).find((one) => one.code === code);
  if (!brake) throw new Error(`Nothing of the kind ${code} is asked.`);
  await (await pair.staging.admin()).post('/replication/brakes/answer', { id: brake.id, answer: said });
};
const madeOnStaging = async () =>
  (
    await pair.live.run<unknown[]>(
      'return strapi.db.connection("replication_revisions").where({ origin: args })',
      pair.toStaging
    )
  ).length;

/** Staging starts with other content types, and nothing of that is told to live. */
const without = async (variant: Variant | null) => {
  await atRest(pair.staging, pair.live);
  const seen = async () => [
    await madeOnStaging(),
    ...(await Promise.all([KITCHEN, PAGE, PLAIN, BANNER].map((uid) => rowsOf(pair.live, uid)))),
  ];
  const before = await seen();
  await restartWith(pair.staging, variant);
  await atRest(pair.staging, pair.live);
  expect(await seen()).toEqual(before);
};

// SQLite gives a column another type whatever is in it. Where values do not fit, a server does not let Strapi start at all.
beforeAll(async () => {
  pair = await startPair(everything([KITCHEN, PAGE, PLAIN, BANNER]), { database: 'sqlite' });
});
beforeEach(() => atRest(pair.staging, pair.live));

it('an attribute that was removed comes back with its values, also where something else was edited meanwhile', async () => {
  const { staging, live } = pair;
  const kept = await create(staging, KITCHEN, { string: 'one', text: 'kept' });
  const edited = await create(staging, KITCHEN, { string: 'two', text: 'kept too' });
  await without({ change: { kitchen: ({ attributes }) => delete attributes.text } });
  await update(staging, KITCHEN, edited, { string: 'edited' });
  await atRest(staging, live);
  await settles(async () =>
    expect(await draft(live, KITCHEN, edited)).toMatchObject({ string: 'edited', text: 'kept too' })
  );
  await without(null);
  await settles(async () => {
    expect(await draft(staging, KITCHEN, kept)).toMatchObject({ string: 'one', text: 'kept' });
    expect(await draft(staging, KITCHEN, edited)).toMatchObject({ string: 'edited', text: 'kept too' });
  });
  expect(await brakes()).toEqual([]);
});

it('an attribute that was retyped, renamed or added changes nothing on the other site, and is put right with the type', async () => {
  const { staging, live } = pair;
  const id = await create(staging, KITCHEN, { string: 'text', integer: 7 });
  await without({
    change: {
      kitchen: ({ attributes }) => {
        attributes.string = { type: 'integer' };
        attributes.amount = attributes.integer;
        delete attributes.integer;
        attributes.fresh = { type: 'string', default: 'by default' };
      },
    },
  });
  expect(await draft(live, KITCHEN, id)).toMatchObject({ string: 'text', integer: 7 });
  await update(staging, KITCHEN, id, { text: 'edited' });
  await atRest(staging, live);
  await settles(async () =>
    expect(await draft(live, KITCHEN, id)).toMatchObject({ string: 'text', integer: 7, text: 'edited' })
  );
  await without(null);
  await settles(async () =>
    expect(await draft(staging, KITCHEN, id)).toMatchObject({ string: 'text', integer: 7, text: 'edited' })
  );
  expect(await brakes()).toEqual([]);
});

it('a component that was removed comes back with what it held', async () => {
  const { staging, live } = pair;
  const id = await create(staging, KITCHEN, { string: 'c', simples: [{ label: 'a' }, { label: 'b' }] });
  await without({ change: { kitchen: ({ attributes }) => delete attributes.simples } });
  await without(null);
  await settles(async () =>
    expect(await draft(staging, KITCHEN, id)).toMatchObject({ simples: [{ label: 'a' }, { label: 'b' }] })
  );
  expect(await draft(live, KITCHEN, id)).toMatchObject({ simples: [{ label: 'a' }, { label: 'b' }] });
});

it('a component type that was removed, with all that used it, comes back with what it held', async () => {
  const { staging, live } = pair;
  const deeps = [{ title: 'd', nested: { title: 'n' } }];
  const zone = [
    { __component: 'kitchen.simple', label: 'stays' },
    { __component: 'kitchen.deep', title: 'goes' },
  ];
  const id = await create(staging, KITCHEN, { string: 'deep', deeps, zone });
  const withoutDeeps = ({ attributes }: { attributes: Record<string, any> }) => {
    delete attributes.deeps;
    attributes.zone.components = attributes.zone.components.filter((uid: string) => uid !== 'kitchen.deep');
  };
  await without({ change: { kitchen: withoutDeeps, 'kitchen-plain': withoutDeeps }, without: ['kitchen.deep'] });
  await update(staging, KITCHEN, id, { string: 'edited without it' });
  await atRest(staging, live);
  const whole = {
    string: 'edited without it',
    deeps: [expect.objectContaining({ title: 'd' })],
    zone: zone.map((item) => expect.objectContaining(item)),
  };
  await settles(async () => expect(await draft(live, KITCHEN, id)).toMatchObject(whole));
  await without(null);
  await settles(async () => expect(await draft(staging, KITCHEN, id)).toMatchObject(whole));
  expect(await brakes()).toEqual([]);
});

it('a content type that was removed, entries and all, deletes nothing elsewhere; with it a person can have them back', async () => {
  const { staging, live } = pair;
  await create(staging, BANNER, { text: 'there' });
  await atRest(staging, live);
  await without({ without: ['banner'] });
  expect(await single(live, BANNER)).toMatchObject({ text: 'there' });
  // Strapi has dropped the table.
  await without(null);
  expect(await single(staging, BANNER)).toBeNull();
  expect(await brakes()).toMatchObject([{ code: 'VANISHED', subjectName: 'Banner', told: { vanished: 1 } }]);
  await answer('VANISHED', 'put-back');
  await atRest(staging, live);
  await settles(async () => expect(await single(staging, BANNER)).toMatchObject({ text: 'there' }));
  expect(await single(live, BANNER)).toMatchObject({ text: 'there' });
  expect(await brakes()).toEqual([]);
});

it('a content type that was renamed is another one, shared with nobody; under its old name all goes on', async () => {
  const { staging, live } = pair;
  const id =
    ((await single(staging, BANNER))?.documentId as string | undefined) ??
    (await create(staging, BANNER, { link: '/' }));
  await update(staging, BANNER, id, { text: 'named' });
  await atRest(staging, live);
  await without({ rename: { banner: 'scullery' } });
  await update(staging, 'api::scullery.scullery', id, { text: 'edited under another name' });
  await atRest(staging, live);
  expect(await single(live, BANNER)).toMatchObject({ text: 'named' });
  await restartWith(staging, null);
  await atRest(staging, live);
  await settles(async () => expect(await single(live, BANNER)).toMatchObject({ text: 'edited under another name' }));
  expect(await brakes()).toEqual([]);
});

it('drafts that went with draft & publish come back with it', async () => {
  const { staging, live } = pair;
  const id = await create(staging, KITCHEN, { string: 'published' });
  await staging.run('return strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
  await update(staging, KITCHEN, id, { string: 'draft' });
  await atRest(staging, live);
  await without({ change: { kitchen: (schema) => (schema.options.draftAndPublish = false) } });
  await without(null);
  await settles(async () => expect(await draft(staging, KITCHEN, id)).toMatchObject({ string: 'draft' }));
  expect(await draft(live, KITCHEN, id)).toMatchObject({ string: 'draft' });
});

it('translations that went with internationalization come back with it', async () => {
  const { staging, live } = pair;
  const id = await create(staging, PAGE, { title: 'Home' }, 'en');
  await update(staging, PAGE, id, { title: 'Start' }, 'de');
  await atRest(staging, live);
  await without({ change: { page: (schema) => (schema.pluginOptions.i18n.localized = false) } });
  await without(null);
  await settles(async () => {
    expect(await draft(staging, PAGE, id, 'de')).toMatchObject({ title: 'Start' });
    expect(await draft(staging, PAGE, id, 'en')).toMatchObject({ title: 'Home' });
  });
  expect(await draft(live, PAGE, id, 'de')).toMatchObject({ title: 'Start' });
  expect(await brakes()).toEqual([]);
});

it('what was edited while the plugin was off for a start is found and sent', async () => {
  const { staging, live } = pair;
  const edited = await create(staging, KITCHEN, { string: 'before' });
  await atRest(staging, live);
  staging.env.PLAYGROUND_WITH_PLUGIN = 'false';
  await staging.restart();
  await update(staging, KITCHEN, edited, { string: 'without the plugin' });
  const made = await create(staging, KITCHEN, { string: 'made without it' });
  delete staging.env.PLAYGROUND_WITH_PLUGIN;
  await staging.restart();
  await atRest(staging, live);
  await settles(async () => {
    expect(await draft(live, KITCHEN, edited)).toMatchObject({ string: 'without the plugin' });
    expect(await draft(live, KITCHEN, made)).toMatchObject({ string: 'made without it' });
  });
});
