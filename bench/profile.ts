import fs from 'node:fs';
import path from 'node:path';
import type { Instance } from '../tests/support/instance';
import { startProfile, stopProfile, type Statements } from './inside/profile';
import { milliseconds } from './statistics';

/** A folder, as in `BENCH_PROFILE=/tmp/profiles npm run bench -- F3`. Figures measured meanwhile are worth nothing. */
const FOLDER = process.env.BENCH_PROFILE;
export const isProfiling = FOLDER !== undefined;

/** Functions by the time spent in themselves, from a CPU profile. */
const hottest = (file: string, most: number): string[] => {
  const { nodes, samples, timeDeltas } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const names = new Map<number, string>(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }: any) => [
      id,
      `${functionName || '(anonymous)'} ${url.split('/node_modules/').at(-1)}:${lineNumber + 1}`,
    ])
  );
  const spent = new Map<string, number>();
  let total = 0;
  samples.forEach((id: number, index: number) => {
    const name = names.get(id)!;
    total += timeDeltas[index];
    spent.set(name, (spent.get(name) ?? 0) + timeDeltas[index]);
  });
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
};

/** Profiles these sites while `work` runs, if it was asked for; `entries` is how many it was about. */
export const profiled = async <T>(
  name: string,
  sites: readonly Instance[],
  entries: number,
  work: () => Promise<T>
): Promise<T> => {
  if (!FOLDER) return work();
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const site of sites) await site.run(startProfile);
  const result = await work();
  for (const site of sites) {
    const file = path.join(FOLDER, `${name}-${site.name}.cpuprofile`.replaceAll(' ', '-'));
    const statements: Statements = await site.run(stopProfile, { file });
    const all = Object.entries(statements);
    const sum = (what: 'count' | 'time') => all.reduce((total, [, one]) => total + one[what], 0) / entries;
    console.log(
      `\n${name}, ${site.name}: for each of ${entries} entries ${sum('count').toFixed(1)} statements, ${milliseconds(sum('time'))}`
    );
    for (const [sql, { count, time }] of all.sort(([, a], [, b]) => b.time - a.time).slice(0, 40)) {
      console.log(`  ${(count / entries).toFixed(2).padStart(6)}  ${milliseconds(time / entries).padStart(8)}  ${sql}`);
    }
    console.log(
      hottest(file, 25)
        .map((line) => `  ${line}`)
        .join('\n')
    );
  }
  return result;
};
