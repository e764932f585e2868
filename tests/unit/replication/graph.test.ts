import fc from 'fast-check';
import { descending, descends, maximal } from '../../../server/src/replication/history/graph';
import type { RevisionId } from '../../../server/src/replication/history/revision';
import type { Tables } from '../../../server/src/replication/ports';

/** A graph of revisions in which `parents[n]` come before n; and how often it was asked. */
const graphOf = (parents: number[][]) => {
  let asked = 0;
  const find = async (_table: string, { revision }: { revision: string | string[] }) => {
    asked += 1;
    return [revision]
      .flat()
      .flatMap((id) => parents[Number(id)]!.map((parent) => ({ revision: id, parent: String(parent) })));
  };
  return { tables: { find } as unknown as Tables, asked: () => asked };
};

const id = (n: number) => String(n) as RevisionId;
const line = (length: number) => Array.from({ length }, (_, n) => (n === 0 ? [] : [n - 1]));

const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  .map((drawn) => drawn.map((parents, n) => (n === 0 ? [] : [...new Set(parents.map((parent) => parent % n))])));

const below = (parents: number[][], from: number): Set<number> =>
  new Set(parents[from]!.flatMap((parent) => [parent, ...below(parents, parent)]));

describe('the graph of revisions', () => {
  it('gives those that no other descends from, for any graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), async (parents, drawn) => {
        const some = [...new Set(drawn.map((n) => n % parents.length))];
        const expected = some.filter((n) => !some.some((other) => below(parents, other).has(n)));
        expect(await maximal(graphOf(parents).tables, some.map(id))).toEqual(expected.map(id).sort());
      })
    );
  });

  it('gives those that descend from one of others, or are one, for any graph', async () => {
    const some = fc.array(fc.nat(), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(graphs, some, some, async (parents, drawn, drawnOlder) => {
        const [newer, older] = [drawn, drawnOlder].map((all) => [...new Set(all.map((n) => n % parents.length))]);
        const expected = newer!.filter((n) => older!.some((one) => one === n || below(parents, n).has(one)));
        const found = await descending(graphOf(parents).tables, newer!.map(id), new Set(older!.map(id)));
        expect([...found].sort()).toEqual(expected.map(id).sort());
      })
    );
  });

  it('reads a long history once for all that stand upon it', async () => {
    const many = [...line(500), ...Array.from({ length: 20 }, () => [499])];
    const { tables, asked } = graphOf(many);
    const newer = Array.from({ length: 20 }, (_, n) => id(500 + n));
    expect((await descending(tables, newer, new Set([id(0)]))).size).toBe(20);
    expect(asked()).toBeLessThan(510);
  });

  it('tells whether one descends from another, for any graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), fc.nat(), async (parents, a, b) => {
        const [newer, older] = [a % parents.length, b % parents.length];
        const expected = newer === older || below(parents, newer).has(older);
        expect(await descends(graphOf(parents).tables, id(newer), id(older))).toBe(expected);
      })
    );
  });

  it('asks once where a revision was made on top of another, however long the history is', async () => {
    const graph = graphOf(line(1_000));
    expect(await maximal(graph.tables, [id(998), id(999)])).toEqual([id(999)]);
    expect(await descends(graph.tables, id(999), id(998))).toBe(true);
    expect(graph.asked()).toBe(2);
  });
});
