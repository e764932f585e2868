import fs from 'node:fs';
import path from 'node:path';

interface Mutation {
  what: string;
  places: { file: string; find: string }[];
}

// Not a name the compiler could follow: the list is no TypeScript.
const LIST: string = '../../scripts/mutation-list.mjs';
const DOMAIN = path.join(__dirname, '../../server/src/replication');

it('each place that `npm run test:mutations` breaks is in the code, once', async () => {
  const { MUTATIONS } = (await import(LIST)) as { MUTATIONS: Mutation[] };
  const places = MUTATIONS.flatMap(({ what, places }) => places.map((place) => ({ what, ...place })));
  const found = places.map(({ what, file, find }) => ({
    what,
    times: fs.readFileSync(path.join(DOMAIN, file), 'utf8').split(find).length - 1,
  }));
  expect(found.filter(({ times }) => times !== 1)).toEqual([]);
});
