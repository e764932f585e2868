import type { Say, Word } from '../../words/use-words';
import type { Group, TypePreview } from './preview-run';

/** `plan`: what sharing would do, and a person decides; `look`: how it stands, and nothing is decided. */
export type Intent = 'plan' | 'look';

type Plans = { types: readonly Pick<TypePreview, 'plan'>[] };

/** Types that both sites edit are not simply taken over. */
const bothEdit = ({ types }: Plans): boolean => types.some(({ plan }) => plan.direction === 'BOTH');

export const meaningOfOnlyThere = (say: Say, run: Plans, name: string, count: number): string =>
  say(bothEdit(run) ? 'meaning.only-there.both' : 'meaning.only-there', { name, count });

const TITLES: { [G in Group]: Word } = {
  new: 'group.new',
  same: 'group.same',
  different: 'group.different',
  elsewhere: 'group.elsewhere',
  ambiguous: 'group.ambiguous',
  taken: 'group.taken',
  nothing: 'group.nothing',
};

/** Words that do not say what is going to happen. */
const LOOKED_AT = new Map<Group, Word>([
  ['new', 'group.only-here'],
  ['ambiguous', 'group.several'],
]);

/** What kind of entries these are, with how many there are. */
export const groupWord = (say: Say, group: Group, count: number, intent: Intent): string =>
  say((intent === 'look' && LOOKED_AT.get(group)) || TITLES[group], { count });

const MEANINGS: { [G in Group]: Word } = {
  new: 'meaning.new',
  same: 'meaning.same',
  different: 'meaning.different',
  elsewhere: 'meaning.elsewhere',
  ambiguous: 'meaning.ambiguous',
  taken: 'meaning.taken',
  nothing: 'meaning.nothing',
};

/** What sharing does with them. '' where it is only looked at. */
export const groupMeaning = (say: Say, group: Group, name: string, intent: Intent): string =>
  intent === 'look' ? '' : say(MEANINGS[group], { name });
