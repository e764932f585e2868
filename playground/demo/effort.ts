import type { Effort } from '../../tests/browser/person';

/** How long people take, estimated: reading attentively, moving to a button and pressing it, typing without haste. */
const WORDS_A_MINUTE = 200;
const SECONDS_A_CLICK = 2;
const CHARACTERS_A_SECOND = 3;

const combine = (first: Effort, second: Effort, sign: 1 | -1): Effort => ({
  clicks: first.clicks + sign * second.clicks,
  characters: first.characters + sign * second.characters,
  words: first.words + sign * second.words,
});

const NONE: Effort = { clicks: 0, characters: 0, words: 0 };

export const sumOf = (efforts: readonly Effort[]): Effort =>
  efforts.reduce((total, one) => combine(total, one, 1), NONE);

export const since = (now: Effort, before: Effort): Effort => combine(now, before, -1);

export const secondsOf = ({ clicks, characters, words }: Effort): number =>
  (words * 60) / WORDS_A_MINUTE + clicks * SECONDS_A_CLICK + characters / CHARACTERS_A_SECOND;

export const HOW_ESTIMATED = `every word that is shown is read once at ${WORDS_A_MINUTE} a minute, ${SECONDS_A_CLICK} s a click, ${CHARACTERS_A_SECOND} characters typed a second`;
