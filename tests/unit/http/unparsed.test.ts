import { NDJSON } from '../../../server/src/http/media';
import { leaveUnparsed } from '../../../server/src/http/unparsed';

/** The type that Strapi's body parser sees. */
const seen = async (path: string, type: string | undefined): Promise<string | undefined> => {
  const ctx = { path, req: { headers: { 'content-type': type } } };
  await leaveUnparsed('/replication/v1/')(ctx as never, () => Promise.resolve());
  return ctx.req.headers['content-type'];
};

it('hides what Strapi would read from it, on the addresses of other sites alone', async () => {
  for (const path of [
    '/replication/v1/messages',
    '/Replication/V1/link',
    '/replication/v1/nothing',
    '/cms/replication/v1/ask/x',
  ]) {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', `${NDJSON}; charset=utf-8`])
      expect(await seen(path, type)).toBe('application/octet-stream');
    expect(await seen(path, NDJSON)).toBe(NDJSON);
    expect(await seen(path, undefined)).toBeUndefined();
  }
  // Without a REST prefix the admin API begins alike.
  for (const path of ['/replication/overview', '/replication/links/codes', '/articles'])
    expect(await seen(path, 'application/json')).toBe('application/json');
});
