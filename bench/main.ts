import { stopAllInstances } from '../tests/support/instance';
import type { Figure, Measured } from './figure';
import { capture } from './figures/f1-capture';
import { firstFill } from './figures/f2-first-fill';
import { sustained } from './figures/f3-sustained';
import { latency } from './figures/f4-latency';
import { size } from './figures/f5-size';
import { printLine, writeResults } from './report';
import { scaleFrom } from './scale';

const FIGURES: Record<string, Figure> = { F1: capture, F2: firstFill, F3: sustained, F4: latency, F5: size };

/** Gives the exit code: 0 where every figure was measured, whatever it is. */
export const main = async (args: string[]): Promise<number> => {
  const wanted = args.filter((arg) => !arg.startsWith('--')).map((name) => name.toUpperCase());
  const unknown = wanted.filter((name) => !(name in FIGURES));
  if (unknown.length > 0) {
    console.error(`There is no figure ${unknown.join(', ')}. Known: ${Object.keys(FIGURES).join(', ')}.`);
    return 2;
  }
  const scale = scaleFrom(args);
  const names = wanted.length > 0 ? wanted : Object.keys(FIGURES);
  const failed: string[] = [];
  for (const name of names) {
    const started = performance.now();
    console.log(`\n${name}: ${FIGURES[name].what}`);
    try {
      const variants: Record<string, Measured> = {};
      for await (const [variant, measured] of FIGURES[name].measure(scale)) {
        variants[variant] = measured;
        printLine(name, FIGURES[name], variant, measured);
      }
      writeResults(name, FIGURES[name], variants, scale);
    } catch (error) {
      console.error(error);
      failed.push(name);
    } finally {
      await stopAllInstances();
    }
    console.log(`${name} took ${Math.round((performance.now() - started) / 1000)} s`);
  }
  if (failed.length > 0) console.error(`\nNot measured: ${failed.join(', ')}.`);
  return failed.length > 0 ? 1 : 0;
};
