import type {
  DependencyMode,
  Direction,
  EntryName,
  Level,
  RuleInput,
  TheirSharing,
  WaitsFor,
} from '../../../server/src/contracts';
import type { Say, Word } from './use-words';

export const levelWord = (say: Say, level: Level, drafts = true): string => {
  if (level === 'EVERYTHING') return say(drafts ? 'level.everything' : 'level.shared');
  if (level === 'PUBLISHED') return say('level.published');
  return say(level === 'REFERENCE' ? 'level.placeholder' : 'level.none');
};

export const directionWord = (say: Say, direction: Direction, site: string): string => {
  if (direction === 'BOTH') return say('direction.both');
  return direction === 'SEND_ONLY' ? say('direction.here') : say('direction.there', { site });
};

export const modeWord = (say: Say, mode: DependencyMode, name: string): string => say(`along.${mode}`, { name });

export const ruleWord = (
  say: Say,
  rule: Pick<RuleInput, 'level' | 'direction'> | null,
  drafts: boolean,
  site: string
): string => {
  if (rule === null) return say('level.theirs', { site });
  const level = levelWord(say, rule.level, drafts);
  return rule.level === 'NONE' ? level : `${level}, ${directionWord(say, rule.direction, site)}`;
};

/** What holds where nothing is chosen here, as far as it is known what the other site has chosen. */
export const theirsWord = (say: Say, theirs: TheirSharing | null, drafts: boolean, site: string): string =>
  theirs === null
    ? say('level.theirs', { site })
    : say('level.theirs.known', { site, level: levelWord(say, theirs.level, drafts) });

/** An entry as people call it: its title, or its type and id where it has none. */
export const entryWord = ({ title, typeName, documentId }: EntryName): string =>
  title === null ? `${typeName}${documentId === null ? '' : ` ${documentId}`}` : `${title} (${typeName})`;

/** What is in the queue goes in a moment, or waits as long as this site sends nothing. */
export const queuedWord = (isSilent: boolean): Word => (isSilent ? 'site.waits' : 'site.queued');

/** What came of having one entry tried again. */
export const retriedWord = (say: Say, retried: number): string =>
  retried > 0 ? say('retry.done') : say('retry.all.done', { count: 0 });

const WAITS = new Map<string, Word>([
  ['FILE_BYTES_MISSING', 'waits.file'],
  ['TYPE_UNKNOWN', 'waits.type'],
  ['TYPE_IS_SINGLE', 'waits.single'],
  ['TYPE_IS_COLLECTION', 'waits.collection'],
  ['LOCALES_DIFFER', 'waits.locales'],
  ['NOT_STORED', 'waits.stored'],
]);

/** What the other site's code means; its own words where this version does not know the code. */
export const waitsForWord = (say: Say, { code, values, text }: WaitsFor, site: string): string =>
  say(WAITS.get(code) ?? 'waits.other', { type: '', message: '', ...values, text, site });
