import { render } from '../../../server/src/replication/apply/render';
import type { Json, TypeSchema } from '../../../server/src/replication/entity';
import type { Header } from '../../../server/src/replication/history/revision';

/** Values as another site may send them, signed and all: JSON of any form. */
const ODD: Json[] = [{ toString: 1, valueOf: 1 }, { a: 1 }, {}, [], [5], ['text'], true];

const schemaOf = (type: string) =>
  ({
    uid: 'api::thing.thing',
    attributes: { value: { kind: 'value', type } },
    shared: [],
    drafts: false,
    localized: false,
  }) as unknown as TypeSchema;

/** What a row of a type with one attribute shows of a value. */
const shown = (type: string, value: Json): Json | undefined => {
  const dates = { createdAt: null, updatedAt: null, publishedAt: null };
  const content = new Map([['-/published', { fields: { value }, dates }]]);
  const { rows } = render(schemaOf(type), () => null, {} as Header, content as never, 'EVERYTHING');
  return rows[0]!.fields.value;
};

describe('a value that is not of the type of its attribute has no place in the rows, and breaks nothing', () => {
  it.each(['integer', 'biginteger', 'float', 'decimal'])('%s', (type) => {
    for (const value of [...ODD, '', ' ', 'word', 'NaN', 'Infinity']) expect(shown(type, value)).toBeUndefined();
    for (const value of [7, '7', null]) expect(shown(type, value)).toBe(value);
  });

  it.each(['string', 'enumeration', 'uid', 'date', 'time', 'datetime', 'timestamp'])('%s', (type) => {
    for (const value of ODD) expect(shown(type, value)).toBeUndefined();
    for (const value of ['2026-01-01', 7, null]) expect(shown(type, value)).toBe(value);
  });

  it('boolean', () => {
    for (const value of [...ODD.slice(0, -1), 'true', 1]) expect(shown('boolean', value)).toBeUndefined();
    for (const value of [true, false, null]) expect(shown('boolean', value)).toBe(value);
  });

  it('what may be anything', () => {
    for (const value of ODD) expect(shown('json', value)).toBe(value);
  });
});
