import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../tests/support/app';
import { goalOf, reached, worst, type Figure, type Measured } from './figure';

const FILE = path.join(ROOT, 'bench', 'results.json');

/** What was measured, at which part of the full size, and when. */
type Kept = Measured & { goal: number; scale: number; at: string };

interface Results {
  machine: string;
  /** Each figure is its worst variant. */
  figures: Record<string, Kept & { variants: Record<string, Kept> }>;
}

const machine = (): string => {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus.length} × ${cpus[0]?.model ?? 'CPU'}, ${memory} GiB, ${os.platform()} ${os.arch()}, Node ${process.version}`;
};

const round = (measured: Measured): Measured => ({
  ...measured,
  value: Number(measured.value.toFixed(3)),
  min: Number(measured.min.toFixed(3)),
  max: Number(measured.max.toFixed(3)),
});

/** Puts a variant into the file at once, so that a run that ends early leaves what it has. Others stay as they were. */
export const writeResult = (name: string, figure: Figure, variant: string, measured: Measured, scale: number): void => {
  const before = fs.existsSync(FILE) ? (JSON.parse(fs.readFileSync(FILE, 'utf8')) as Results) : null;
  // Figures of another machine say nothing beside these.
  const figures = before?.machine === machine() ? before.figures : {};
  const kept = { ...round(measured), goal: goalOf(figure, variant), scale, at: new Date().toISOString() };
  const variants = { ...figures[name]?.variants, [variant]: kept };
  const [, asWorst] = worst(figure, variants);
  figures[name] = { ...asWorst, variants };
  const sorted = Object.fromEntries(Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)));
  fs.writeFileSync(FILE, `${JSON.stringify({ machine: machine(), figures: sorted }, null, 2)}\n`);
};

export const printLine = (name: string, figure: Figure, variant: string, measured: Measured): void => {
  const { value, min, max, n, seen } = measured;
  const goal = `${figure.better === 'lower' ? '≤' : '≥'} ${goalOf(figure, variant)}`;
  const verdict = reached(figure, variant, measured) ? 'reached' : 'missed ';
  console.log(
    `${name}  ${variant.padEnd(20)} ${value.toFixed(3).padStart(8)}  (${min.toFixed(2)} – ${max.toFixed(2)}, n ${n})` +
      `  goal ${goal}: ${verdict}  ${seen}`
  );
};
