/** A value of a type: in SQL, as it comes back, and as it is sent where that is something else. */
interface TypeValue {
  readonly type: string
  readonly sql: string
  readonly value: unknown
  readonly sent?: unknown
}

/**
 * Everything that the schema uses, with extreme values, and what a user might select besides. The
 * same table runs on every engine, which is what makes the rows the same.
 */
export const typeValues: readonly TypeValue[] = [
  { type: 'boolean', sql: 'true', value: true },
  { type: 'boolean', sql: 'false', value: false },
  { type: 'smallint', sql: '-32768', value: -32768 },
  { type: 'integer', sql: '2147483647', value: 2147483647 },
  { type: 'bigint', sql: '0', value: 0n },
  { type: 'bigint', sql: '9223372036854775807', value: 9223372036854775807n },
  { type: 'bigint', sql: '-9223372036854775808', value: -9223372036854775808n },
  { type: 'double precision', sql: "'NaN'", value: Number.NaN },
  { type: 'double precision', sql: "'-Infinity'", value: Number.NEGATIVE_INFINITY },
  { type: 'double precision', sql: '5e-324', value: 5e-324 },
  { type: 'double precision', sql: "'-0'", value: -0 },
  {
    type: 'numeric',
    sql: '123456789012345678901234567890.5',
    value: '123456789012345678901234567890.5',
  },
  { type: 'text', sql: "''", value: '' },
  { type: 'text', sql: "U&'\\+01F600 \\0301 \"\\\\'", value: '\u{1F600} \u0301 "\\' },
  {
    type: 'uuid',
    sql: "'00000000-0000-4000-8000-00000000000f'",
    value: '00000000-0000-4000-8000-00000000000f',
  },
  { type: 'bytea', sql: "''", value: new Uint8Array() },
  { type: 'bytea', sql: "'\\x00ff275c'", value: Uint8Array.of(0, 255, 39, 92) },
  { type: 'jsonb', sql: "'null'", value: null, sent: 'null' },
  { type: 'jsonb', sql: '\'{"a": [1, null, "b"]}\'', value: { a: [1, null, 'b'] } },
  { type: 'jsonb', sql: "'[1, 2]'", value: [1, 2], sent: '[1, 2]' },
  { type: 'jsonb', sql: '\'"text"\'', value: 'text', sent: '"text"' },
  { type: 'json', sql: '\'{"b":1}\'', value: { b: 1 } },
  {
    type: 'timestamptz',
    sql: "'2026-11-22 21:46:21.123+05:30'",
    value: new Date('2026-11-22T16:16:21.123Z'),
  },
  { type: 'timestamptz', sql: "'1970-01-01 00:00:00+00'", value: new Date(0) },
  {
    type: 'timestamptz',
    sql: "'0044-03-15 12:00:00+00 BC'",
    value: new Date('-000043-03-15T12:00:00Z'),
  },
  {
    type: 'timestamptz',
    sql: "'0001-02-28 12:00:00+00 BC'",
    value: new Date('0000-02-28T12:00:00Z'),
  },
  {
    type: 'timestamptz',
    sql: "'0001-02-29 12:00:00+00 BC'",
    value: new Date('0000-02-29T12:00:00Z'),
  },
  { type: 'timestamptz', sql: "'0099-01-01 00:00:00+00'", value: new Date('0099-01-01T00:00:00Z') },
  { type: 'timestamptz', sql: "'275760-09-13 00:00:00+00'", value: new Date(8.64e15) },
  { type: 'date', sql: "'2026-02-28'", value: '2026-02-28' },
  { type: 'timestamp', sql: "'2026-02-28 01:02:03.000004'", value: '2026-02-28 01:02:03.000004' },
  { type: 'text[]', sql: "'{}'", value: [] },
  {
    type: 'text[]',
    sql: "ARRAY['a,b', '\"', '\\', 'NULL', NULL, ' ', '{}']",
    value: ['a,b', '"', '\\', 'NULL', null, ' ', '{}'],
  },
  {
    type: 'integer[]',
    sql: "'{{1,2},{3,4}}'",
    value: [
      [1, 2],
      [3, 4],
    ],
  },
  { type: 'bigint[]', sql: "'{9223372036854775807}'", value: [9223372036854775807n] },
  {
    type: 'uuid[]',
    sql: "'{00000000-0000-4000-8000-00000000000f}'",
    value: ['00000000-0000-4000-8000-00000000000f'],
  },
  {
    type: 'bytea[]',
    sql: "ARRAY['\\x00ff'::bytea, '\\x']",
    value: [Uint8Array.of(0, 255), new Uint8Array()],
  },
  {
    type: 'timestamptz[]',
    sql: "ARRAY['1970-01-01 00:00:00+00'::timestamptz]",
    value: [new Date(0)],
  },
  { type: 'boolean[]', sql: "'{t,f,NULL}'", value: [true, false, null] },
  { type: 'jsonb[]', sql: 'ARRAY[\'{"a": 1}\'::jsonb, NULL]', value: [{ a: 1 }, null] },
]
