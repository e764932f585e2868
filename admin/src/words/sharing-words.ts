import type { Direction, EntryName, Level, RuleInput, WaitsFor } from '../../../server/src/contracts';
import type { Say } from './use-words';

export const levelWord = (say: Say, level: Level, drafts = true): string => {
  if (level === 'EVERYTHING') return say(drafts ? 'level.everything' : 'level.shared');
  if (level === 'PUBLISHED') return say('level.published');
  return say(level === 'REFERENCE' ? 'level.placeholder' : 'level.none');
};

export const directionWord = (say: Say, direction: Direction, site: string): string => {
  if (direction === 'BOTH') return say('direction.both');
  return direction === 'SEND_ONLY' ? say('direction.here') : say('direction.there', { site });
};

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

/** An entry as people call it: its title, or its type and id where it has none. */
export const entryWord = ({ title, typeName, documentId }: EntryName): string =>
  title === null ? `${typeName}${documentId === null ? '' : ` ${documentId}`}` : `${title} (${typeName})`;

export const waitsForWord = (say: Say, waitsFor: WaitsFor): string => {
  switch (waitsFor.kind) {
    case 'entry':
      return say('waits.entry', { entry: entryWord(waitsFor) });
    case 'type':
      return say('waits.type', { type: waitsFor.uid });
    case 'file':
      return say('waits.file');
    default:
      return waitsFor.text;
  }
};
