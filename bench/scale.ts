/** A fifth of the full sizes: enough to see where a figure stands, and all of them end within some ten minutes. */
const USUAL = 0.2;

export const scaleFrom = (args: readonly string[]): number => {
  if (args.includes('--full')) return 1;
  const scale = Number(process.env.BENCH_SCALE ?? USUAL);
  if (!(scale > 0)) throw new Error('BENCH_SCALE must be a number above 0, as in BENCH_SCALE=0.1.');
  return scale;
};

export const scaled = (full: number, scale: number, least = 1): number => Math.max(least, Math.round(full * scale));
