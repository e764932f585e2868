import type { Json } from '../../../../server/src/replication/entity';

/** What a field holds, as a person reads it. null where it holds nothing. */
export const valueText = (value: Json): string | null => {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  if (typeof value === 'string') return value;
  return isPlainList(value) ? value.join(', ') : JSON.stringify(value, null, 2);
};

const isPlainList = (value: Json): value is (string | number)[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number');

/** Texts up to here are shown whole. */
const SHORT = 600;
/** What stands before and after a difference in a long one. */
const AROUND = 120;
/** Longer words are cut. */
const WORD = 30;

const commonLength = (a: string, b: string, at: (text: string, index: number) => string | undefined): number => {
  let length = 0;
  while (length < a.length && length < b.length && at(a, length) === at(b, length)) length += 1;
  return length;
};

/** Cuts what long texts have in common at their beginning and end, so that the difference is seen. */
export const aroundDifference = (here: string, there: string): [string, string] => {
  if (here.length <= SHORT && there.length <= SHORT) return [here, there];
  const before = commonLength(here, there, (text, index) => text[index]);
  const rest = (text: string) => text.slice(before);
  const after = commonLength(rest(here), rest(there), (text, index) => text[text.length - 1 - index]);
  const from = wordStart(here, Math.max(0, before - AROUND), before);
  const keptAfter = Math.min(after, AROUND);
  const cut = (text: string): string => {
    const to = text.length - after + keptAfter;
    return `${from > 0 ? '… ' : ''}${whole(text.slice(from, to))}${to < text.length ? ' …' : ''}`;
  };
  return [cut(here), cut(there)];
};

/** The next word's beginning, where one is near: what both have in common is cut there. */
const wordStart = (text: string, from: number, to: number): number => {
  const space = from === 0 ? -1 : text.slice(from, Math.min(to, from + WORD)).search(/\s/);
  return space < 0 ? from : from + space + 1;
};

/** Without the half of a character that a cut has left at an end. */
const whole = (text: string): string => text.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
