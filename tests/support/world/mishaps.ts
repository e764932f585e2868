import { keyOf, type Uid } from '../../../server/src/replication/entity';
import { createBrakeDesk, type Question } from '../../../server/src/replication/brake/desk';
import { CATEGORY, TAG } from './catalogue';
import type { SeededChance } from './chance';
import { mark, markLinking } from './marks';
import type { Rows, SiteRow } from './rows';
import type { Site } from './site';
import type { World } from './world';

/** More than a brake lets pass. */
const MANY = 24;

/** What happens past the editors of a site: raw SQL, rows that vanish, a script that makes or deletes a lot. */
export const mishap = (world: World, site: Site, chance: SeededChance): void => {
  const what = chance.pick([lose, alter, alter, makeMany, deleteMany]);
  site.database.now((transaction) => {
    const rows = site.rows(transaction);
    const free = (row: SiteRow) => {
      const { uid, document_id: id } = row;
      const [entry] = transaction.find('entries', { uid, local_id: id });
      const isMarked = transaction.count('marks', { uid, document_id: id }) > 0;
      return (
        entry !== undefined && !isMarked && entry.locked === 0 && entry.shows === 'EVERYTHING' && entry.head !== null
      );
    };
    what({ world, site, chance, rows, transaction, free });
  });
};

interface Scene {
  world: World;
  site: Site;
  chance: SeededChance;
  rows: Rows;
  transaction: Parameters<Parameters<Site['database']['now']>[0]>[0];
  free: (row: SiteRow) => boolean;
}

const freeRows = ({ rows, site, free }: Scene, uids: readonly Uid[] = site.catalogue.types()): SiteRow[] =>
  uids.flatMap((uid) => (site.catalogue.type(uid)?.single === false ? rows.ofType(uid).filter(free) : []));

const lose = (scene: Scene): void => {
  const found = freeRows(scene);
  if (found.length === 0) return;
  const { uid, document_id: id } = scene.chance.pick(found);
  for (const row of scene.rows.of(uid, id)) scene.rows.remove(row);
  scene.site.lost.add(`${uid}/${id}`);
  scene.world.log(`${scene.site.name} loses ${uid}/${id}`);
};

const alter = (scene: Scene): void => {
  const { world, site, rows, chance } = scene;
  const found = freeRows(scene).filter(({ status, uid }) => status === 'draft' || !site.catalogue.type(uid)!.drafts);
  if (found.length === 0) return;
  const row = chance.pick(found);
  const name = row.uid === CATEGORY || row.uid === TAG ? 'name' : 'title';
  const word = world.ledger.word(site.name);
  if (row.status === 'published') world.ledger.publish(word);
  const updatedAt = new Date(site.clock.now() + 7).toISOString();
  rows.put({ ...row, fields: { ...row.fields, [name]: word }, dates: { ...row.dates, updatedAt } }, row.ids);
  world.log(`${site.name} has ${row.uid}/${row.document_id} altered by raw SQL`);
};

const makeMany = ({ world, site, rows, transaction, chance }: Scene): void => {
  if (rows.idsOf(TAG).length >= MANY || !site.catalogue.type(TAG)) return;
  const at = new Date(site.clock.now()).toISOString();
  const dates = { createdAt: at, updatedAt: at, publishedAt: at };
  for (let count = 0; count < MANY; count += 1) {
    const id = site.name + chance.bytes(11).toString('hex');
    const name = world.ledger.word(site.name);
    world.ledger.publish(name);
    const row = rows.put({ uid: TAG, document_id: id, locale: '-', status: 'published', fields: { name }, dates }, {});
    mark(transaction, site.clock.now(), row, 'create', null);
  }
  world.log(`${site.name} makes many`);
};

const deleteMany = (scene: Scene): void => {
  const { world, site, rows, transaction } = scene;
  const found = freeRows(scene, [TAG]);
  if (found.length < MANY) return;
  for (const row of found) {
    world.ledger.removed(keyOf({ uid: TAG, id: row.document_id }));
    markLinking(rows, transaction, site.clock.now(), TAG, row.document_id);
    mark(transaction, site.clock.now(), row, 'delete', null);
    rows.remove(row);
  }
  world.log(`${site.name} deletes many`);
};

/** Somebody says how it goes on. Answers whether anything was asked. */
export const answerAll = async (world: World, site: Site, chance: SeededChance): Promise<boolean> => {
  const desk = createBrakeDesk(site.process!.context, () => undefined);
  const questions = await desk.list();
  for (const question of questions) {
    const answer = chance.pick(question.answers);
    if (answer === 'deleted') for (const entity of vanishedOn(site, question)) world.ledger.removed(entity);
    world.log(`${site.name} answers ${question.id} by ${answer}`);
    await desk.answer(question.id, answer, { id: 'admin:1', name: 'Somebody' });
  }
  return questions.length > 0;
};

const vanishedOn = (site: Site, { subject }: Question): string[] =>
  site.database
    .table('findings')
    .all()
    .filter(({ kind, uid, answer }) => kind === 'vanished' && uid === subject && answer === null)
    .map(({ entity }) => String(entity));
