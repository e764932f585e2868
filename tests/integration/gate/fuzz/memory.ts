import type { Instance } from '../../../support/instance';

export interface Memory {
  /** Megabytes after everything that nobody holds has been collected. */
  heap: number;
  rss: number;
}

export const memoryOf = (site: Instance): Promise<Memory> =>
  site.run<Memory>(`
    require('node:v8').setFlagsFromString('--expose-gc');
    const collect = require('node:vm').runInNewContext('gc');
    for (let round = 0; round < 3; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: Math.round((heapUsed + external) / 1e5) / 10, rss: Math.round(rss / 1e5) / 10 };
  `);
