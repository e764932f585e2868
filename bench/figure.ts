/** A ratio, with the smallest and the largest of the `n` rounds it was taken from. */
export interface Measured {
  value: number;
  min: number;
  max: number;
  n: number;
  /** The absolute figures behind the ratio, for people. They mean something on this machine only. */
  seen: string;
}

export interface Figure {
  what: string;
  goal: number;
  better: 'lower' | 'higher';
  /** A result for each variant, by its name, as soon as there is one. */
  measure(scale: number): AsyncGenerator<[variant: string, measured: Measured]>;
}

/** A figure is as good as its worst variant. */
export const worst = ({ better }: Figure, variants: Record<string, Measured>): Measured =>
  Object.values(variants).reduce((one, other) => ((better === 'lower') === other.value > one.value ? other : one));

export const reached = ({ better, goal }: Figure, { value }: Measured): boolean =>
  better === 'lower' ? value <= goal : value >= goal;
