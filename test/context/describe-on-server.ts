import pg from 'pg'
import type { Database } from '../../src/index.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

interface Wire {
  parse(query: { text: string; name: string; types: number[] }): void
  describe(what: { type: 'S'; name: string }): void
  sync(): void
}

/** What `pg` hands over a message to, while this is the query that runs. */
class Description {
  fields: readonly Field[] = []
  readonly done: Promise<readonly Field[]>
  #resolve!: (fields: readonly Field[]) => void
  #reject!: (error: unknown) => void
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(wire: Wire): void {
    wire.parse({ text: this.#text, name: '', types: [] })
    wire.describe({ type: 'S', name: '' })
    wire.sync()
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.fields = fields
  }

  handleError(error: unknown): void {
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    this.#resolve(this.fields)
  }
}

/**
 * What a server says that each statement gives, without running it: `name: type` for each column.
 * The seam has no such question, so this asks it of the server that the database is on.
 */
export async function describeOnServer(
  engineName: string,
  database: Database,
  texts: readonly string[],
): Promise<string[][]> {
  const here = await database.query<{ name: string }>('SELECT current_database() AS name')
  const major = Number(engineName.split(' ')[1])
  const connectionString = urlWith(serverUrl(major), { pathname: `/${here.rows[0]!.name}` })
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const described: string[][] = []
    for (const text of texts) {
      const description = new Description(text)
      client.query(description as unknown as pg.Submittable)
      const fields = await description.done
      const oids = fields.map(({ dataTypeID }) => dataTypeID)
      const sql =
        'SELECT typname::text AS name FROM unnest($1::oid[]) WITH ORDINALITY AS o (oid, n)'
      const { rows } = await client.query<{ name: string }>(
        `${sql} JOIN pg_catalog.pg_type USING (oid) ORDER BY n`,
        [oids],
      )
      const names: Record<string, string> = {
        int4: 'integer',
        int8: 'bigint',
        bool: 'boolean',
        _text: 'text[]',
      }
      described.push(
        fields.map((field, n) => `${field.name}: ${names[rows[n]!.name] ?? rows[n]!.name}`),
      )
    }
    return described
  } finally {
    await client.end()
  }
}
