import { FILE_UID, type RowState, type TypeSchema, type Uid } from '../entity';
import { MOST_STEPS } from '../controller/along-limits';
import type { Context } from '../context';
import type { Identity } from '../identity';
import type { Unit } from '../ports';
import { targetsIn } from './comparable';
import { MOST_ALONG_ASKED, type LookAlikeQuestion } from './question';

type Along = LookAlikeQuestion['along'];

/**
 * What rows refer to, and so goes along with them where no rule names it: it is matched as they are, or the other site would
 * have it twice. Of what is not published nothing is told where only what is published is shared.
 */
export const alongOf = async (
  context: Context,
  unit: Unit,
  identity: Identity,
  schema: TypeSchema,
  rows: readonly RowState[],
  { level, named }: Pick<LookAlikeQuestion, 'level' | 'named'>
): Promise<Along> => {
  const found = new Map<Uid, Set<string>>();
  let count = 0;
  let frontier = [{ schema, rows }];
  for (let step = 0; step < MOST_STEPS && frontier.length > 0; step += 1) {
    const next = new Map<Uid, string[]>();
    for (const one of frontier) {
      for (const { uid, id } of targetsIn(context, one.schema, one.rows)) {
        const isAsked = uid !== FILE_UID && Object.hasOwn(named, uid) && !found.get(uid)?.has(id);
        if (!isAsked || count >= MOST_ALONG_ASKED) continue;
        count += 1;
        found.set(uid, (found.get(uid) ?? new Set()).add(id));
        next.set(uid, [...(next.get(uid) ?? []), id]);
      }
    }
    frontier = [];
    for (const [uid, ids] of next) {
      const read = [...(await unit.content.read(uid, ids)).values()].flat();
      frontier.push({ schema: context.schemas.type(uid)!, rows: read.filter(isOpenAt(level)) });
    }
  }
  return Promise.all(
    [...found].map(async ([uid, ids]) => ({
      uid,
      by: named[uid]!,
      entries: valuesById(
        (await unit.content.look(uid, named[uid]!, { ids: [...ids] })).filter(isOpenAt(level)),
        (id) => identity.canonical({ uid, id }).id
      ),
    }))
  );
};

/** Rows that leave at a level. */
export const isOpenAt =
  (level: string) =>
  ({ status }: Pick<RowState, 'status'>): boolean =>
    level === 'EVERYTHING' || status === 'published';

const valuesById = (
  rows: readonly { localId: string; locale: string; value: string | number }[],
  idOf: (localId: string) => string
): Along[number]['entries'] => {
  const entries = new Map<string, Along[number]['entries'][number]['values']>();
  for (const { localId, locale, value } of rows) {
    if (value === '' || String(value).length > 1_000) continue;
    entries.set(idOf(localId), [...(entries.get(idOf(localId)) ?? []), [locale, value]]);
  }
  return [...entries].map(([id, values]) => ({ id, values }));
};
