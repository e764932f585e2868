import type { Group, PreviewRun, TypePreview } from './preview-run';

/** What sharing would do there, over all types, as far as it is known by now. */
export interface Sums {
  /** Made there, with those that could be one of several and are not decided. */
  made: number;
  /** There, and different. */
  different: number;
  same: number;
  /** There under another id. */
  elsewhere: number;
  /** Could be one of several, and nobody has decided yet. */
  undecided: number;
  /** Of those that could be one of several: decided to be one of them. */
  decided: number;
  taken: number;
  nothing: number;
  onlyThere: number;
  /** Of those, so many at most are here and not published: see {@link mayBeHere}. */
  mayBeHere: number;
  files: number;
  bytes: number;
  /** Entries of both sites. */
  total: number;
  totalThere: number;
}

export const decidedCount = ({ choices }: TypePreview): number =>
  [...choices.values()].filter((there) => there !== null).length;

/** Entries there that none of here is taken for. Known once all of here was looked at. */
export const onlyThere = (type: TypePreview): number => {
  const { same, different, elsewhere } = type.counts;
  return type.isDone ? Math.max(0, type.totalThere - same - different - elsewhere - decidedCount(type)) : 0;
};

/**
 * The other site is not asked about what is not published, not even whether it is there: an entry that was unpublished
 * here and is still there as a draft looks as if it were only there.
 */
export const mayBeHere = (type: TypePreview): number => Math.min(onlyThere(type), type.counts.nothing);

export const sumsOf = ({ types }: Pick<PreviewRun, 'types'>): Sums => {
  const sum = (of: (type: TypePreview) => number) => types.reduce((before, type) => before + of(type), 0);
  const count = (group: Group) => sum(({ counts }) => counts[group]);
  const decided = sum(decidedCount);
  return {
    made: count('new') + count('taken') + count('ambiguous') - decided,
    different: count('different') + sum(({ elsewhereDifferent }) => elsewhereDifferent),
    same: count('same') + count('elsewhere') - sum(({ elsewhereDifferent }) => elsewhereDifferent),
    elsewhere: count('elsewhere'),
    undecided: count('ambiguous') - sum(({ choices }) => choices.size),
    decided,
    taken: count('taken'),
    nothing: count('nothing'),
    onlyThere: sum(onlyThere),
    mayBeHere: sum(mayBeHere),
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
    total: sum(({ total }) => total),
    totalThere: sum(({ totalThere }) => totalThere),
  };
};
