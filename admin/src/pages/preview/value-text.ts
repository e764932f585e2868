import type { Json } from '../../../../server/src/replication/entity';

/** What a field holds, as a person reads it. null where it holds nothing. */
export const valueText = (value: Json): string | null => {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

/** Texts up to here are shown whole. */
const SHORT = 600;
/** What stands before and after a difference in a long one. */
const AROUND = 120;

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
  const from = Math.max(0, before - AROUND);
  const keptAfter = Math.min(after, AROUND);
  const cut = (text: string): string => {
    const to = text.length - after + keptAfter;
    return `${from > 0 ? '… ' : ''}${whole(text.slice(from, to))}${to < text.length ? ' …' : ''}`;
  };
  return [cut(here), cut(there)];
};

/** Without the half of a character that a cut has left at an end. */
const whole = (text: string): string => text.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
