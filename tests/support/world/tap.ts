import type { Json } from '../../../server/src/replication/entity';
import type { Uid } from '../../../server/src/replication/entity';
import { unpack } from '../../../server/src/replication/history/contents';
import type { Row } from '../../../server/src/replication/tables';
import { wasMeantToGoAlong } from './going-along';
import { wordsIn } from './ledger';
import type { Site } from './site';
import type { World } from './world';

/** A rule between two sites: what `from` gives to `to`. */
export interface Sharing {
  from: string;
  to: string;
  level: 'EVERYTHING' | 'PUBLISHED';
  direction: 'BOTH' | 'SEND_ONLY';
  /** '' for all types. */
  uid: Uid;
}

export const ruleOf = (world: World, from: Site, to: Site, uid: Uid): Sharing | undefined =>
  world.sharing.find((one) => one.from === from.name && one.to === to.name && (one.uid === uid || one.uid === ''));

/** Looks into everything that is on the wire: nothing may leave that no rule lets go, nor goes along with what one does. */
export const inspect = (world: World, from: Site, to: Site, messages: readonly Json[]): void => {
  const rules = world.sharing.filter((one) => one.from === from.name && one.to === to.name);
  const back = world.sharing.find((one) => one.from === to.name && one.to === from.name);
  const editsBoth = back?.level === 'EVERYTHING' && back.direction === 'BOTH';
  for (const message of messages) {
    const text = JSON.stringify(message);
    const { entity, along } = message as { entity: { uid: Uid; id: string }; along?: boolean };
    const rule = ruleOf(world, from, to, entity.uid);
    const mayLeave = along ? wasMeantToGoAlong(world, from, to, entity) : rule !== undefined || editsBoth;
    if (text.includes('"revisions"') && !mayLeave) {
      world.violations.push(`${from.name} sends to ${to.name}, though no rule says so: ${text.slice(0, 300)}`);
    }
    const told = (word: string): string => `${from.name} ${to.name} ${word}`;
    if (along && rules.length > 0) for (const word of wordsIn(text)) world.told.add(told(word));
    if (along && rules.length === 0) {
      // What was on its way before may have been lost: it is sent until there is an answer.
      const news = wordsIn(text).find((word) => !isHeld(to, word) && !world.told.has(told(word)));
      if (news !== undefined)
        world.violations.push(`${from.name} sends ${news} to ${to.name}, though no rule says so.`);
    }
    if (editsBoth || rules.some(({ level }) => level === 'EVERYTHING')) continue;
    const secret = wordsIn(text).find((word) => !world.ledger.wasPublished(word));
    if (secret !== undefined) {
      world.violations.push(
        `${from.name} sends ${secret} to ${to.name}, which nobody has published: ${text.slice(0, 600)}`
      );
    }
  }
};

/** A site that was put back to a back-up may be told once more what it has lost. */
const isHeld = (site: Site, word: string): boolean =>
  site.heldOnce.has(word) ||
  (site.database.table('contents').all() as unknown as Row<'contents'>[]).some(({ bytes }) =>
    unpack(bytes).includes(word)
  );
