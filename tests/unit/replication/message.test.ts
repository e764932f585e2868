import type { Json } from '../../../server/src/replication/entity';
import { messageSchema } from '../../../server/src/replication/transport/message';

const sha = 'a'.repeat(64);
const message = (fields: Json): Json => ({
  type: 'ENTITY_UPDATE',
  entity: { uid: 'api::a.a', id: 'x' },
  documentId: 'x',
  level: 'EVERYTHING',
  direction: 'BOTH',
  granted: true,
  order: [1, 1],
  leaves: [sha],
  revisions: [
    {
      header: {
        v: 1,
        entity: { uid: 'api::a.a', id: 'x' },
        parents: [],
        origin: '12f7caac-0863-8cc3-ae76-b27529f03827',
        key: 'a'.repeat(32),
        at: '2026-01-01T00:00:00.000Z',
        kind: 'edit',
        parts: { '-/draft': sha },
      },
      signature: 'A'.repeat(86),
      parts: { '-/draft': { salt: 'a'.repeat(32), value: { fields } } },
    },
  ],
  shallow: [],
  keys: [],
});

describe('a message', () => {
  it('is read in a time that its length decides, whatever it holds', () => {
    /** In microseconds of this process's own: a machine that is busy with others takes longer, and does no more. */
    const taken = (work: () => void): number => {
      const before = process.cpuUsage();
      work();
      return process.cpuUsage(before).user;
    };
    const values = Array.from({ length: 300_000 }, () => []);
    const one = message({ a: values });
    const read = () => expect(messageSchema.safeParse(one).success).toBe(true);
    // A walk over what is there takes a fraction of writing it down; a schema for each value took fifty times as long.
    const write = () => {
      for (let round = 0; round < 5; round += 1) JSON.stringify(values);
    };
    expect(taken(read)).toBeLessThan(15 * taken(write) + 50_000);
  });

  it('holds what JSON can say and no more, and no name that means something else to JavaScript', () => {
    expect(messageSchema.safeParse(message({ a: [1, null, 'x', { b: false }] })).success).toBe(true);
    expect(messageSchema.safeParse(message({ a: [Infinity] })).success).toBe(false);
    expect(messageSchema.safeParse(message(JSON.parse('{"a":{"__proto__":{"polluted":1}}}'))).success).toBe(false);
    expect(messageSchema.safeParse(message(JSON.parse('{"__proto__":[]}'))).success).toBe(false);
  });
});
