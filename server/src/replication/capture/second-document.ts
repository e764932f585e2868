import type { EntityKey, RowState } from '../entity';
import { placeAgain } from '../apply/park';
import type { Context } from '../context';
import { Busy } from '../errors';
import { sameRows } from '../history/content';
import type { Content, Unit } from '../ports';
import type { Touched } from './gather';

/*
 * A single type has one entry, and so one document. Somebody can make a second one all the same, in the moment in which
 * the first one comes in: what is in it is recorded like an edit of the entry, and shown by the first document. Where the
 * entry is read-only by then, it is set aside, and the first document goes on showing what came in.
 */

/** A document of a single type that was made while the entry's own one stood there, and its rows as they were recorded. */
export interface SecondDocument extends Touched {
  entity: EntityKey;
  rows: readonly RowState[];
}

/** Only what somebody made: of documents that were there before their type became a single one nobody's is taken away. */
export const isMadeBeside = async (content: Content, { uid, marks }: Touched, standing: string): Promise<boolean> =>
  marks.some(({ action }) => action === 'create') && (await content.presence(uid, [standing])).has(standing);

/** Takes second documents away once they are in the history, and has the first ones show what was in them. */
export const foldSeconds = async (
  context: Context,
  { tables, content }: Unit,
  seconds: readonly SecondDocument[]
): Promise<void> => {
  for (const { uid, localId, rows } of seconds) {
    await content.lock(uid, [localId]);
    const now = (await content.read(uid, [localId])).get(localId) ?? [];
    // Saved once more since it was read: the next batch finds all of it.
    if (!sameRows(now, rows)) throw new Busy('The entry');
    const gone = now.map(({ locale, status }) => ({ kind: 'remove' as const, locale, status }));
    await content.write(uid, localId, gone);
  }
  await placeAgain(
    tables,
    seconds.map(({ entity }) => entity),
    context.clock
  );
};
