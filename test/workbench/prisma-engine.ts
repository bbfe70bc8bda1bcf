import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import type { DiffTarget } from '@prisma/schema-engine-wasm'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'

/** The types of the columns that Prisma's queries of the catalog return. */
const columnTypes = new Map<number, (typeof ColumnTypeEnum)[keyof typeof ColumnTypeEnum]>([
  [16, ColumnTypeEnum.Boolean],
  [18, ColumnTypeEnum.Character],
  [19, ColumnTypeEnum.Text],
  [20, ColumnTypeEnum.Int64],
  [21, ColumnTypeEnum.Int32],
  [23, ColumnTypeEnum.Int32],
  [25, ColumnTypeEnum.Text],
  [26, ColumnTypeEnum.Int64],
  [1003, ColumnTypeEnum.TextArray],
  [1009, ColumnTypeEnum.TextArray],
  [1043, ColumnTypeEnum.Text],
  // The views of information_schema have domains, which the protocol reports by their base types.
])

const unsupported = async (): Promise<never> => {
  throw new Error('Reading a schema needs neither transactions nor a shadow database.')
}

/** What Prisma's engine asks of a driver to read a catalog. */
function adapterOf(pool: pg.Pool): SqlDriverAdapter {
  return {
    provider: 'postgres',
    adapterName: 'driftpin-test',
    queryRaw: async ({ sql, args }: SqlQuery) => {
      const { fields, rows } = await pool.query({ text: sql, values: args, rowMode: 'array' })
      return {
        columnNames: fields.map(({ name }) => name),
        columnTypes: fields.map(({ name, dataTypeID }) => {
          const type = columnTypes.get(dataTypeID)
          if (type === undefined)
            throw new Error(`${name} has the type with the oid ${dataTypeID}.`)
          return type
        }),
        rows,
      }
    },
    executeRaw: async ({ sql, args }) => (await pool.query(sql, args)).rowCount ?? 0,
    executeScript: async (script) => {
      await pool.query(script)
    },
    startTransaction: unsupported,
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: async () => {},
  }
}

/** A schema of Prisma: files with their names. */
export type PrismaFiles = readonly { readonly path: string; readonly content: string }[]

/** The file that a user has beside the generated models. */
export const baseFile = (schemas: readonly string[] = []) => ({
  path: 'base.prisma',
  content:
    'generator client {\n  provider = "prisma-client"\n  previewFeatures = ["partialIndexes"]\n}\n' +
    'datasource db {\n  provider = "postgresql"\n' +
    `${schemas.length > 0 ? `  schemas = ${JSON.stringify(schemas)}\n` : ''}}\n`,
})

/** The part of the global that is used: the types of Node do not have it. */
interface Compiler {
  instantiate: (
    bytes: Uint8Array,
    imports: object,
  ) => Promise<{ instance: { exports: { __wbindgen_start: () => void } } }>
}

let instantiated: Promise<void> | undefined

/** The engine is WebAssembly that Node does not load by itself. */
async function instantiate(): Promise<void> {
  const require = createRequire(import.meta.url)
  const main = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(main.replace(/\.js$/, '.wasm'))
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Compiler }
  const imports = { './schema_engine_bg.js': bindings }
  const { instance } = await WebAssembly.instantiate(bytes, imports)
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
}

/** Prisma's own schema engine, which also runs `prisma validate`, `db pull` and `migrate diff`. */
export async function openPrisma(files: PrismaFiles, pool: pg.Pool) {
  instantiated ??= instantiate()
  await instantiated
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: 'driftpin-test',
    connect: async () => adapterOf(pool),
    connectToShadowDb: unsupported,
  })
  const datamodels = files.map(({ path, content }): [string, string] => [path, content])
  const engine = await bindings.SchemaEngine.new({ datamodels }, () => {}, factory)
  const script = async (from: DiffTarget) => {
    const filters = { externalTables: [], externalEnums: [] }
    const to: DiffTarget = { tag: 'schemaDatamodel', files: [...files] }
    const { stdout } = await engine.diff({ from, to, filters, script: true, exitCode: null })
    return stdout ?? ''
  }
  return {
    /** The SQL that Prisma would run to make the database equal to the models. */
    scriptFromDatabase: () =>
      script({ tag: 'schemaDatasource', files: [...files], configDir: '/' }),
    /** The SQL of a new database with the models. */
    scriptFromNothing: () => script({ tag: 'empty' }),
  }
}
