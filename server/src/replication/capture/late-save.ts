import { fileHashes } from '../file-names';
import { same } from '../history/canonical';
import { rowsOf, type EntryContent } from '../history/content';
import type { Row } from '../tables';
import { isSigned } from './corrections';

/*
 * Who saves an entry in the moment in which it becomes read-only has asked before, and is not refused. What was saved gives
 * way, as it would have a moment before: it is kept in the history, and the rows show what came in. Only so close to that
 * moment: later on no save of the entry gets as far as this. What changes it all the same is the save of another entry that
 * it is linked with, or a hook past the server, and they might do it again, for ever.
 */

/**
 * So long may a save take from being let in to being marked, and another process of this site may take to see that an entry
 * is read-only (see `strapi/capture/read-only.ts`). On both sides: what makes an entry read-only takes its time as well.
 */
const LATE_MS = 10_000;

/** Whether somebody saved an entry while it became read-only. */
export const isLateSave = ({ locked, locked_at: since }: Row<'entries'>, marks: readonly Row<'marks'>[]): boolean =>
  locked === 1 && since !== null && isSigned(marks.filter(({ at }) => Math.abs(at - since) <= LATE_MS));

/** A file that was replaced or deleted took its bytes along: there is nothing left to put back. */
export const haveSameBytes = (head: EntryContent, next: EntryContent): boolean => same(bytesOf(head), bytesOf(next));

const bytesOf = (content: EntryContent): string[] =>
  rowsOf(content)
    .flatMap(({ fields }) => fileHashes(fields))
    .sort();
