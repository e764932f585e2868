/** Where the time goes inside a Strapi process: a CPU profile, and how often each statement is sent. Sent as source. */

declare const require: NodeJS.Require;

export const startProfile = async (strapi: any): Promise<void> => {
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  const post = (method: string) => new Promise((resolve) => session.post(method, resolve));
  await post('Profiler.enable');
  await post('Profiler.start');
  const statements: Record<string, number> = {};
  const count = ({ sql }: { sql: string }) => {
    // Lists of values differ in length only.
    const kind = sql
      .replace(/\((?:\?, )+\?\)/g, '(?…)')
      .replace(/(?:\(\?…\), )+/g, '')
      .replace(/select .* from/, 'select … from')
      .slice(0, 110);
    statements[kind] = (statements[kind] ?? 0) + 1;
  };
  strapi.db.connection.on('query', count);
  strapi.benchProfile = { session, statements, count };
};

/** Writes the profile, for Chrome's developer tools, and answers the statements. */
export const stopProfile = async (strapi: any, { file }: { file: string }): Promise<Record<string, number>> => {
  const { session, statements, count } = strapi.benchProfile;
  strapi.db.connection.off('query', count);
  const { profile }: any = await new Promise((resolve) =>
    session.post('Profiler.stop', (_error: unknown, result: unknown) => resolve(result))
  );
  session.disconnect();
  require('node:fs').writeFileSync(file, JSON.stringify(profile));
  return statements;
};
