import type { Measured } from './figure';

/** By the nearest rank, `part` from 0 to 1. */
export const percentile = (values: readonly number[], part: number): number => {
  if (values.length === 0) throw new Error('Nothing was measured.');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (percentile(sorted, 0.5) + sorted[middle]) / 2;
};

/** The median of the rounds' ratios: a round that something else on the machine disturbed does not count for more. */
export const ofRounds = (ratios: readonly number[], seen: string): Measured => ({
  value: median(ratios),
  min: Math.min(...ratios),
  max: Math.max(...ratios),
  n: ratios.length,
  seen,
});

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
export const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
export const perSecond = (count: number, duration: number): number => (count / duration) * 1000;
