import type { MatchRequest, MatchResult } from '../../../../server/src/contracts';
import type { PreviewRun, TypePreview } from '../preview/preview-run';

type Choice = MatchRequest['choices'][number];
type Refused = MatchResult['refused'][number];

interface TypeMatch {
  request: Omit<MatchRequest, 'cursor' | 'choices'>;
  /** What was decided, by the page on which it was found. */
  choices: ReadonlyMap<string | null, readonly Choice[]>;
}

/** Has the other site take its entries for ours, from page to page and from type to type, before anything is sent. */
export interface Matching {
  todo: readonly TypeMatch[];
  cursor: string | null;
  /** Only pages with decisions are asked for again: entries have moved to other pages since they were compared. */
  isAgain: boolean;
  matched: number;
  files: number;
  refused: readonly Refused[];
}

export const startMatching = ({ types }: Pick<PreviewRun, 'types'>): Matching => ({
  todo: types.map(matchOf),
  cursor: null,
  isAgain: false,
  matched: 0,
  files: 0,
  refused: [],
});

const matchOf = ({ plan, choices, pageOf }: TypePreview): TypeMatch => {
  const { uid, level, direction, by } = plan;
  const byPage = new Map<string | null, Choice[]>();
  for (const [documentId, there] of choices) {
    const page = pageOf.get(documentId) ?? null;
    byPage.set(page, [...(byPage.get(page) ?? []), { documentId, there }]);
  }
  return { request: { uid, level, direction, by }, choices: byPage };
};

/** null: all that was found is matched. */
export const nextMatch = ({ todo, cursor }: Matching): MatchRequest | null => {
  const [type] = todo;
  return type ? { ...type.request, cursor, choices: [...(type.choices.get(cursor) ?? [])] } : null;
};

export const withMatched = (matching: Matching, result: MatchResult): Matching => {
  const [type, ...rest] = matching.todo;
  if (!type) return matching;
  const choices = new Map(type.choices);
  choices.delete(matching.cursor);
  const sum = {
    matched: matching.matched + result.matched,
    files: matching.files + result.files,
    // Shared under this id already, it is the same entry: nothing is created anew.
    refused: [...matching.refused, ...result.refused.filter(({ code }) => code !== 'SHARED')],
  };
  const todo = [{ ...type, choices }, ...rest];
  const onward = matching.isAgain ? null : result.cursor;
  if (onward !== null) return { ...sum, todo, cursor: onward, isAgain: false };
  const [left] = choices.keys();
  if (left !== undefined) return { ...sum, todo, cursor: left, isAgain: true };
  return { ...sum, todo: rest, cursor: null, isAgain: false };
};
