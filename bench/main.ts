import { stopAllInstances } from '../tests/support/instance';
import type { Figure } from './figure';
import { capture } from './figures/f1-capture';
import { firstFill } from './figures/f2-first-fill';
import { sustained } from './figures/f3-sustained';
import { latency } from './figures/f4-latency';
import { size } from './figures/f5-size';
import { comparison } from './figures/f7-compare';
import { idling } from './figures/f9-idle';
import { panel } from './figures/p1-panel';
import { isProfiling } from './profile';
import { printLine, writeResult } from './report';
import { scaleFrom } from './scale';

const FIGURES: Record<string, Figure> = {
  F1: capture,
  F2: firstFill,
  F3: sustained,
  F4: latency,
  F5: size,
  F7: comparison,
  F9: idling,
  P1: panel,
};

/** `F3`, or `F3:rich` for a part of it. */
const readName = (text: string): { name: string; only: string | undefined } => {
  const [name = '', only] = text.split(':');
  return { name: name.toUpperCase(), only };
};

const known = (): string =>
  Object.entries(FIGURES)
    .flatMap(([name, { parts }]) => [name, ...Object.keys(parts).map((part) => `${name}:${part}`)])
    .join(', ');

/** Gives the exit code: 0 where every figure was measured, whatever it is. */
export const main = async (args: string[]): Promise<number> => {
  const asked = args.filter((arg) => !arg.startsWith('--')).map(readName);
  const wanted = asked.length > 0 ? asked : Object.keys(FIGURES).map(readName);
  if (wanted.some(({ name, only }) => !FIGURES[name] || (only !== undefined && !FIGURES[name].parts[only]))) {
    console.error(`There is no such figure. Known: ${known()}.`);
    return 2;
  }
  const scale = scaleFrom(args);
  const failed: string[] = [];
  for (const { name, only } of wanted) {
    const figure = FIGURES[name];
    console.log(`\n${name}: ${figure.what}`);
    for (const [part, measure] of Object.entries(figure.parts)) {
      if (only !== undefined && part !== only) continue;
      const started = performance.now();
      try {
        for await (const [variant, measured] of measure(scale)) {
          printLine(name, figure, variant, measured);
          if (!isProfiling) writeResult(name, figure, variant, measured, scale);
        }
      } catch (error) {
        console.error(error);
        failed.push(`${name}:${part}`);
      } finally {
        await stopAllInstances();
      }
      console.log(`${name}:${part} took ${Math.round((performance.now() - started) / 1000)} s`);
    }
  }
  if (failed.length > 0) console.error(`\nNot measured: ${failed.join(', ')}.`);
  return failed.length > 0 ? 1 : 0;
};
