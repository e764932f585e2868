/** Where the time goes inside a Strapi process: a CPU profile, and how often each statement is sent. Sent as source. */

declare const require: NodeJS.Require;

/** How often a statement was sent, and the milliseconds until its answer. */
export type Statements = Record<string, { count: number; time: number }>;

export const startProfile = async (strapi: any): Promise<void> => {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  const post = (method: string) => new Promise((resolve) => session.post(method, resolve));
  await post('Profiler.enable');
  await post('Profiler.start');
  const statements: Statements = {};
  const open = new Map<string, number>();
  const add = (sql: string, time: number) => {
    // Lists of values differ in length only.
    const kind = sql
      .replace(/\((?:\?, )+\?\)/g, '(?…)')
      .replace(/(?:\(\?…\), )+/g, '')
      .replace(/select .* from/, 'select … from')
      .replace(/replication_\d+/, 'replication_…')
      .slice(0, 110);
    const known = (statements[kind] ??= { count: 0, time: 0 });
    known.count += 1;
    known.time += time;
  };
  const sent = ({ sql, __knexQueryUid: uid }: any) => {
    const at = performance.now();
    // Of what begins and ends a transaction knex tells no answer; on SQLite it is there when this function's caller ends.
    if (/^(begin|commit|rollback);?$/i.test(sql)) queueMicrotask(() => add(sql, performance.now() - at));
    else open.set(uid, at);
  };
  const answered = (_response: unknown, { sql, __knexQueryUid: uid }: any) => {
    add(sql, performance.now() - (open.get(uid) ?? performance.now()));
    open.delete(uid);
  };
  strapi.db.connection.on('query', sent);
  strapi.db.connection.on('query-response', answered);
  strapi.benchProfile = { session, statements, sent, answered };
};

/** Writes the profile, for Chrome's developer tools, and answers the statements. */
export const stopProfile = async (strapi: any, { file }: { file: string }): Promise<Statements> => {
  const { session, statements, sent, answered } = strapi.benchProfile;
  strapi.db.connection.off('query', sent);
  strapi.db.connection.off('query-response', answered);
  const { profile }: any = await new Promise((resolve) =>
    session.post('Profiler.stop', (_error: unknown, result: unknown) => resolve(result))
  );
  session.disconnect();
  require('node:fs').writeFileSync(file, JSON.stringify(profile));
  return statements;
};
