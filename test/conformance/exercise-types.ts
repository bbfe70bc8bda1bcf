import { expect } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import type { Database } from '../../src/index.js'
import { typeValues } from '../database/type-values.js'

/** Every value of every type that a column of the schema has, written and read again. */
export async function exerciseTypes(database: Database): Promise<void> {
  const { tables, enums } = await readCatalog(database)
  const schema = `"${database.schema}"`
  const columns = tables.flatMap((table) => table.columns)
  for (const type of new Set(columns.map((column) => column.type))) {
    const own = enums.find(({ name }) => name === type.replace('[]', ''))
    const samples = own ? enumSamples(type, own.values) : await samplesOf(type)
    expect(samples, `values of ${type}`).not.toEqual([])
    const named = own ? `${schema}.${type.replace(own.name, `"${own.name}"`)}` : type
    await database.script(`CREATE TABLE ${schema}.typed (value ${named}, place int)`)
    for (const [place, { sent }] of samples.entries()) {
      const insert = `INSERT INTO ${schema}.typed VALUES ($1, $2)`
      expect((await database.query(insert, [sent, place])).rowCount).toBe(1)
    }
    const { rows } = await database.query(`SELECT value FROM ${schema}.typed ORDER BY place`)
    expect(rows, type).toStrictEqual(samples.map(({ value }) => ({ value })))
    await database.script(`DROP TABLE ${schema}.typed`)
  }

  /** Arrays of an enum come back as text, because their type has no fixed number. */
  function enumSamples(type: string, values: readonly string[]) {
    if (!type.endsWith('[]')) return values.map((value) => ({ value, sent: value }))
    return [[], values].map((sent) => ({ value: `{${sent.join(',')}}`, sent }))
  }

  async function samplesOf(type: string) {
    const names = [...new Set(typeValues.map((one) => one.type))]
    const { rows } = await database.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name
       WHERE pg_catalog.format_type(name::pg_catalog.regtype, NULL) = $2`,
      [names, type],
    )
    const own = rows.map(({ name }) => name)
    return typeValues
      .filter((one) => own.includes(one.type))
      .map(({ value, sent = value }) => ({ value, sent }))
  }
}
