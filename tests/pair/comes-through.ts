import { randomBytes } from 'node:crypto';
import type { Editor } from '../support/content';
import { overview, share } from '../support/link';
import { png } from '../support/png';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import {
  ARTICLE,
  atRest,
  AUTHOR,
  CATEGORY,
  equalOnBoth,
  everything,
  FILE,
  KITCHEN,
  PAGE,
  published,
  type Pair,
} from './sites';
import { tracesOf } from './traces';

/** What is asked about by a brake has to be more than twenty. */
const MANY = 24;

/** Scenarios that have to go through alike, whatever lies between the two sites and whoever of them calls. */
export const allComesThrough = (pairOf: () => Pair): void =>
  describe('whatever lies between the two sites', () => {
    let pair: Pair;
    let editor: Editor;

    beforeAll(async () => {
      pair = pairOf();
      editor = await pair.staging.editor();
      await pair.staging.run(
        "await strapi.plugin('i18n').service('locales').create({ code: 'de', name: 'German (de)' })"
      );
      await share(pair.staging, pair.toLive, [
        ...everything([ARTICLE, AUTHOR, CATEGORY, KITCHEN]),
        ...published([PAGE]),
      ]);
      await atRest(pair.staging, pair.live);
    });

    const versions = async (id: string) =>
      (await rowsOf(pair.live, PAGE, [id])).map(({ locale, status, fields }) => `${locale} ${status} ${fields.title}`);

    it('drafts stay where only what is published is shared, in each language by itself', async () => {
      const secret = `Entwurf ${randomBytes(12).toString('hex')}`;
      const { documentId } = await editor.create(PAGE, { title: 'Never told', order: 1 }, { locale: 'en' });
      await editor.update(PAGE, documentId, { title: secret }, { locale: 'de' });
      await editor.publish(PAGE, documentId, { title: 'Home' }, { locale: 'en' });
      await atRest(pair.staging, pair.live);
      await settles(async () => expect(await versions(documentId)).toEqual(['en draft Home', 'en published Home']));
      expect(await tracesOf(pair.live, secret)).toEqual([]);
      await editor.publish(PAGE, documentId, { title: 'Start' }, { locale: 'de' });
      await settles(async () =>
        expect(await versions(documentId)).toEqual([
          'de draft Start',
          'de published Start',
          'en draft Home',
          'en published Home',
        ])
      );
      await editor.unpublish(PAGE, documentId, { locale: 'de' });
      await settles(async () =>
        expect((await versions(documentId)).filter((version) => version.includes('published'))).toEqual([
          'en published Home',
        ])
      );
      await editor.remove(PAGE, documentId);
      await settles(async () => expect(await versions(documentId)).toEqual([]));
    });

    it('components, a dynamic zone and relations come with an entry, and change with it', async () => {
      const [ada, ben] = await Promise.all(['Ada', 'Ben'].map((name) => editor.create(AUTHOR, { name })));
      const blocks = [
        { __component: 'shared.quote', title: 'Ada', body: 'As written.' },
        { __component: 'shared.rich-text', body: '# First' },
      ];
      const { documentId } = await editor.create(ARTICLE, { title: 'Whole', blocks, author: ada.documentId });
      await editor.publish(ARTICLE, documentId);
      const { live } = await equalOnBoth(pair, ARTICLE, [documentId]);
      expect(live).toHaveLength(2);
      for (const { fields } of live) {
        expect(fields).toMatchObject({ blocks, author: [expect.stringContaining(ada.documentId)] });
      }
      await editor.update(ARTICLE, documentId, { blocks: blocks.slice(1), author: { set: [ben.documentId] } });
      const [draft] = (await equalOnBoth(pair, ARTICLE, [documentId])).live;
      expect(draft!.fields).toMatchObject({
        blocks: blocks.slice(1),
        author: [expect.stringContaining(ben.documentId)],
      });
      await editor.remove(AUTHOR, ben.documentId);
      const [after] = (await equalOnBoth(pair, ARTICLE, [documentId])).live;
      expect(after!.fields.author).toBeUndefined();
    });

    it('a file gets the name that it is given', async () => {
      const file = await editor.upload('before.png', png(40, 30, [90, 20, 160]), 'image/png');
      await editor.create(ARTICLE, { title: 'With a file', cover: file.id });
      await equalOnBoth(pair, FILE, null);
      await editor.renameFile(file.id, 'after.png');
      const names = (await equalOnBoth(pair, FILE, null)).live.map(({ fields }) => fields.name);
      expect(names).toContain('after.png');
      expect(names).not.toContain('before.png');
    });

    it('many deletions wait for a person, and go on with the answer', async () => {
      const { staging, live } = pair;
      const ids = await staging.run<string[], number>(async (strapi, count) => {
        const made = [];
        for (let n = 0; n < count; n += 1) {
          made.push(
            (await strapi.documents('api::author.author').create({ data: { name: `Author ${n}` } })).documentId
          );
        }
        return made;
      }, MANY);
      await equalOnBoth(pair, AUTHOR, ids);
      for (const id of ids) await editor.remove(AUTHOR, id);
      await atRest(staging, live);
      const { brakes } = await overview(staging);
      expect(brakes).toMatchObject([{ code: 'MANY_DELETED', subjectName: 'Author' }]);
      expect((await rowsOf(live, AUTHOR, ids)).length).toBeGreaterThan(0);
      const answer = { id: brakes[0]!.id, answer: 'delete' };
      await (await staging.admin()).post('/replication/brakes/answer', answer);
      await equalOnBoth(pair, AUTHOR, ids);
      expect(await rowsOf(live, AUTHOR, ids)).toEqual([]);
    });
  });
