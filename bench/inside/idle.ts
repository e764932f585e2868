/** Counts what a process does while nobody asks it for anything. Sent as source, like `articles.ts`. */

export interface Idle {
  /** How often each statement was sent, the most frequent first. */
  statements: [sql: string, times: number][];
  /** Milliseconds of processor time, in all threads. */
  processor: number;
  milliseconds: number;
}

export const idle = async (strapi: any, duration: number): Promise<Idle> => {
  const times = new Map<string, number>();
  const count = ({ sql }: { sql: string }) => {
    // Transactions are opened and closed around whatever is asked.
    if (!/^(begin|commit|rollback|savepoint|release)/i.test(sql)) times.set(sql, (times.get(sql) ?? 0) + 1);
  };
  strapi.db.connection.on('query', count);
  const [before, began] = [process.cpuUsage(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, duration));
  const { user, system } = process.cpuUsage(before);
  strapi.db.connection.removeListener('query', count);
  return {
    statements: [...times].sort(([, a], [, b]) => b - a),
    processor: (user + system) / 1_000,
    milliseconds: performance.now() - began,
  };
};
