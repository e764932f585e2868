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
  /** Of variants whose goal is another one. */
  goals?: Record<string, number>;
  better: 'lower' | 'higher';
  /** What is measured apart, by a name that the command line takes. Each gives a result for one or more variants. */
  parts: Record<string, (scale: number) => AsyncGenerator<[variant: string, measured: Measured]>>;
}

export const goalOf = ({ goal, goals }: Figure, variant: string): number => goals?.[variant] ?? goal;

/** How far a variant is from its goal: at most 1 where it reaches it. */
const distance = (figure: Figure, variant: string, { value }: Measured): number =>
  figure.better === 'lower' ? value / goalOf(figure, variant) : goalOf(figure, variant) / value;

export const reached = (figure: Figure, variant: string, measured: Measured): boolean =>
  distance(figure, variant, measured) <= 1;

/** A figure is as good as its worst variant. */
export const worst = <M extends Measured>(
  figure: Figure,
  variants: Record<string, M>
): [variant: string, measured: M] =>
  Object.entries(variants).reduce((one, other) =>
    distance(figure, ...other) > distance(figure, ...one) ? other : one
  );
