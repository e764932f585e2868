import { keyOf, type EntityKey, type Json } from '../entity';
import type { Context } from '../context';
import { Identity } from '../identity';
import type { Row } from '../tables';
import type { Wire } from '../transport/wire';
import { alongOf } from './along';
import { namedBy } from './match-fields';
import { readPage, type PageRequest, type ReadPage } from './page';
import {
  matchAnswer,
  previewAnswer,
  read,
  type LookAlikeQuestion,
  type MatchAnswer,
  type PreviewAnswer,
} from './question';

export interface PreviewedEntry {
  entity: EntityKey;
  documentId: string;
  state: PreviewAnswer['entries'][number]['state'] | 'nothing';
  matched: string | null;
  fields: string[];
  candidates: PreviewAnswer['entries'][number]['candidates'];
}
export interface PreviewedPage {
  cursor: string | null;
  total: number;
  totalThere: number;
  entries: PreviewedEntry[];
  files: number;
  bytes: number;
}

export interface MatchedPage extends MatchAnswer {
  cursor: string | null;
  /** The documentIds here, by the canonical ids of the page's entries. */
  documents: Map<string, string>;
}

/** What sharing a type would do, a page at a time: the other site compares digests with what it has. Changes nothing. */
export const previewPage = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: PageRequest
): Promise<PreviewedPage> => {
  const page = await readPage(context, request, []);
  const answer = await askIf(wire, link, 'preview', page.question);
  const { total, entries, missing } = read(previewAnswer, answer ?? { total: 0, entries: [], missing: [] });
  const found = new Map(entries.map((one) => [one.id, one]));
  const notThere = new Set(missing);
  return {
    cursor: page.cursor,
    total: page.total,
    totalThere: total,
    entries: page.entries.map(({ id, documentId, isOpen }) => {
      const one = found.get(id);
      const there = one?.there ?? null;
      return {
        entity: keyOf({ uid: request.uid, id }),
        documentId,
        state: isOpen ? (one?.state ?? 'new') : 'nothing',
        matched: there === id ? null : there,
        fields: one?.fields ?? [],
        candidates: one?.candidates ?? [],
      };
    }),
    files: missing.length,
    bytes: page.question.files
      .filter(({ id }) => notThere.has(id))
      .reduce((sum, { id }) => sum + (page.bytes.get(id) ?? 0), 0),
  };
};

/** Has the other site take what it has for ours, as the preview finds it; can be asked again. Sends no content. */
export const matchPage = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: PageRequest,
  choices: LookAlikeQuestion['choices']
): Promise<MatchedPage> => {
  const page = await readPage(context, request, choices);
  // Only what they are found by, not what is in them.
  const entries = page.question.entries.map((entry) => ({ ...entry, rows: [] }));
  const along = await readAlong(context, request, page);
  const answer = await askIf(wire, link, 'match', { ...page.question, entries, along });
  return {
    ...read(matchAnswer, answer ?? { matched: 0, files: 0, refused: [] }),
    cursor: page.cursor,
    documents: new Map(page.entries.map(({ id, documentId }) => [id, documentId])),
  };
};

/** Where nothing of a page is open there is nothing to match; a preview asks all the same how many there are. */
const askIf = async (
  wire: Wire,
  link: Row<'links'>,
  topic: string,
  question: LookAlikeQuestion
): Promise<Json | null> => {
  if (topic === 'match' && question.entries.length === 0) return null;
  return (await wire.ask({ id: link.id, url: link.url }, topic, question as unknown as Json)).answer;
};

const readAlong = (context: Context, { uid }: PageRequest, { rows, question }: ReadPage) =>
  context.store.transaction(async (unit) => {
    const identity = await Identity.of(context, unit);
    const asked = { level: question.level, named: namedBy(context.schemas) };
    return alongOf(context, unit, identity, context.schemas.type(uid)!, rows, asked);
  });
