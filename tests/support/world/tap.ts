import type { Json } from '../../../server/src/replication/entity';
import { wordsIn } from './ledger';
import type { Site } from './site';
import type { World } from './world';

/** The rule between two sites: what `from` gives to `to`. */
export interface Sharing {
  from: string;
  to: string;
  level: 'EVERYTHING' | 'PUBLISHED';
  direction: 'BOTH' | 'SEND_ONLY';
}

/** Looks into everything that is on the wire: nothing may leave that no rule lets go. */
export const inspect = (world: World, from: Site, to: Site, messages: readonly Json[]): void => {
  const rule = world.sharing.find((one) => one.from === from.name && one.to === to.name);
  const back = world.sharing.find((one) => one.from === to.name && one.to === from.name);
  const everything = rule?.level === 'EVERYTHING' || (back?.level === 'EVERYTHING' && back.direction === 'BOTH');
  if (everything) return;
  for (const message of messages) {
    const text = JSON.stringify(message);
    if (rule === undefined && text.includes('"revisions"')) {
      world.violations.push(`${from.name} sends to ${to.name}, though no rule says so: ${text.slice(0, 300)}`);
    }
    const secret = wordsIn(text).find((word) => !world.ledger.wasPublished(word));
    if (secret !== undefined) {
      world.violations.push(
        `${from.name} sends ${secret} to ${to.name}, which nobody has published: ${text.slice(0, 600)}`
      );
    }
  }
};
