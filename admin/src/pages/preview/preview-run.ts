import type { Direction, Level, PreviewEntry, PreviewPage, PreviewRequest } from '../../../../server/src/contracts';

/** How one content type is to be shared, and by which field entries of both sites are taken for the same. */
export interface Plan {
  uid: string;
  level: Level;
  direction: Direction;
  by: string | null;
}

/** What a person has to tell apart: `elsewhere` is there under another id, be it equal or different. */
export type Group = 'new' | 'same' | 'different' | 'elsewhere' | 'ambiguous' | 'taken' | 'nothing';
export const GROUPS: readonly Group[] = ['ambiguous', 'new', 'different', 'elsewhere', 'taken', 'same', 'nothing'];

/** Of each group so many entries are kept to be shown; all are counted. */
export const KEPT = 500;

/** What a person decided of an ambiguous entry: the documentId there, or null to have it made anew. */
export type Choices = ReadonlyMap<string, string | null>;

export interface TypePreview {
  plan: Plan;
  cursor: string | null;
  isDone: boolean;
  /** The other site does not have this content type. The others are compared all the same, so that all such are known. */
  isAbsent: boolean;
  total: number;
  totalThere: number;
  seen: number;
  counts: { [G in Group]: number };
  /** How many of those under another id differ. */
  elsewhereDifferent: number;
  kept: { [G in Group]: readonly PreviewEntry[] };
  files: number;
  bytes: number;
  choices: Choices;
  /** Where each decided entry was found, so that its page can be named again. */
  pageOf: ReadonlyMap<string, string | null>;
}

/** A comparison that goes from page to page and from type to type. */
export interface PreviewRun {
  types: readonly TypePreview[];
  /** What was compared and decided of types, or in ways, that are not chosen any more: until they are chosen again. */
  aside: readonly TypePreview[];
  isStopped: boolean;
  /** What kept a page from being read; it goes on from that page. {@link ENDLESS}: the answer led back to that page. */
  failure: { uid: string; error: unknown } | null;
}
export const ENDLESS = 'ENDLESS';

/** Does this answer lead back to the page that was asked for? */
export const isEndless = (request: { cursor: string | null }, answer: { cursor: string | null }): boolean =>
  answer.cursor !== null && answer.cursor === request.cursor;

export const groupOf = ({ state, matched, documentId }: PreviewEntry): Group =>
  (state === 'same' || state === 'different') && matched !== null && matched !== documentId ? 'elsewhere' : state;

const started = (plan: Plan): TypePreview => ({
  plan,
  cursor: null,
  isDone: false,
  isAbsent: false,
  total: 0,
  totalThere: 0,
  seen: 0,
  counts: { new: 0, same: 0, different: 0, elsewhere: 0, ambiguous: 0, taken: 0, nothing: 0 },
  elsewhereDifferent: 0,
  kept: { new: [], same: [], different: [], elsewhere: [], ambiguous: [], taken: [], nothing: [] },
  files: 0,
  bytes: 0,
  choices: new Map(),
  pageOf: new Map(),
});

const isSamePlan = (a: Plan, b: Plan): boolean =>
  a.uid === b.uid && a.level === b.level && a.direction === b.direction && a.by === b.by;

/**
 * A run for these plans. What was compared before by the same plan, and what was decided then, is kept, be it chosen all the
 * time or anew. Fields that a person has chosen to find entries by are, too.
 */
export const startRun = (plans: readonly Plan[], before: PreviewRun | null = null): PreviewRun => {
  const known = before ? [...before.types, ...before.aside] : [];
  const types = plans.map(
    (plan) => known.find((one) => isSamePlan({ ...plan, by: one.plan.by }, one.plan)) ?? started(plan)
  );
  return { types, aside: known.filter((one) => !types.includes(one)), isStopped: false, failure: null };
};

/** All that is chosen anew, by the same plans: what was found and decided of it is forgotten. */
export const again = ({ types, aside }: PreviewRun): PreviewRun => ({
  ...startRun(types.map(({ plan }) => plan)),
  aside,
});

/** The page to ask for now. null: nothing is to be asked, because all is known or it stands still. */
export const nextRequest = ({ types, isStopped, failure }: PreviewRun): PreviewRequest | null => {
  const next = isStopped || failure ? undefined : types.find(({ isDone, isAbsent }) => !isDone && !isAbsent);
  return next ? { ...next.plan, cursor: next.cursor } : null;
};

/** Once all others are compared: the content types that the other site does not have, by uid. */
export const absentFrom = (run: PreviewRun): string[] =>
  nextRequest(run) !== null || run.isStopped || run.failure
    ? []
    : run.types.flatMap(({ plan, isAbsent }) => (isAbsent ? plan.uid : []));

export const isComplete = ({ types }: PreviewRun): boolean => types.every(({ isDone }) => isDone);

const changed = (run: PreviewRun, uid: string, change: (type: TypePreview) => TypePreview): PreviewRun => ({
  ...run,
  types: run.types.map((type) => (type.plan.uid === uid ? change(type) : type)),
});

/** Adds a page's sums. An answer to what is not asked any more changes nothing. */
export const withPage = (run: PreviewRun, request: PreviewRequest, page: PreviewPage): PreviewRun => {
  const awaited = run.types.find(({ plan }) => isSamePlan(plan, request));
  if (!awaited || awaited.isDone || awaited.cursor !== request.cursor) return run;
  if (isEndless(request, page)) return withFailure(run, request, ENDLESS);
  return changed(run, request.uid, (type) => added(type, page));
};

const added = (type: TypePreview, page: PreviewPage): TypePreview => {
  const counts = { ...type.counts };
  const kept = { ...type.kept };
  const pageOf = new Map(type.pageOf);
  let { elsewhereDifferent } = type;
  for (const entry of page.entries) {
    const group = groupOf(entry);
    counts[group] += 1;
    if (group === 'elsewhere' && entry.state === 'different') elsewhereDifferent += 1;
    if (kept[group].length >= KEPT) continue;
    kept[group] = [...kept[group], entry];
    if (group === 'ambiguous' && entry.documentId !== null) pageOf.set(entry.documentId, type.cursor);
  }
  return {
    ...type,
    cursor: page.cursor,
    isDone: page.cursor === null,
    total: page.total,
    totalThere: page.totalThere,
    seen: type.seen + page.entries.length,
    counts,
    kept,
    elsewhereDifferent,
    files: type.files + page.files,
    bytes: type.bytes + page.bytes,
    pageOf,
  };
};

export const withFailure = (run: PreviewRun, { uid }: Pick<PreviewRequest, 'uid'>, error: unknown): PreviewRun =>
  isOfAbsentType(error)
    ? changed(run, uid, (type) => ({ ...type, isAbsent: true }))
    : { ...run, failure: { uid, error } };

const isOfAbsentType = (error: unknown): boolean =>
  (error as { details?: { code?: unknown } } | null)?.details?.code === 'TYPE_UNKNOWN';

export const stopped = (run: PreviewRun): PreviewRun => ({ ...run, isStopped: true });
/** Goes on where it stood: after it was stopped, or from the page that failed. */
export const resumed = (run: PreviewRun): PreviewRun => ({
  ...run,
  types: run.types.map((type) => ({ ...type, isAbsent: false })),
  isStopped: false,
  failure: null,
});

/** Compares one type anew by another field; what was decided by the former one is forgotten. */
export const matchedBy = (run: PreviewRun, uid: string, by: string | null): PreviewRun => {
  const next = changed(run, uid, ({ plan }) => started({ ...plan, by }));
  return run.failure?.uid === uid ? { ...next, failure: null } : next;
};

export const leftOut = (run: PreviewRun, uid: string): PreviewRun => ({
  ...run,
  types: run.types.filter(({ plan }) => plan.uid !== uid),
  failure: run.failure?.uid === uid ? null : run.failure,
});

/** `there` undefined takes the decision back. */
export const chosen = (run: PreviewRun, uid: string, documentId: string, there: string | null | undefined) =>
  changed(run, uid, (type) => {
    const choices = new Map(type.choices);
    if (there === undefined) choices.delete(documentId);
    else choices.set(documentId, there);
    return { ...type, choices };
  });

/** How much a person has decided, which is forgotten where it is compared anew. */
export const decisionsIn = (types: readonly Pick<TypePreview, 'choices'>[]): number =>
  types.reduce((sum, { choices }) => sum + choices.size, 0);

/** What another entry was chosen to be: one entry there cannot be two here. */
export const isChosenElsewhere = ({ choices }: TypePreview, documentId: string, there: string): boolean =>
  [...choices].some(([of, chosenThere]) => of !== documentId && chosenThere === there);
