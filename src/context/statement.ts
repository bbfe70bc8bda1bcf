import { type Queryable, quoteIdentifier } from '../database/index.js'
import {
  type BodyKind,
  type ChatMessageRole,
  type ChatStatus,
  enums,
  type JsonValue,
  type ResourceStatus,
  tableNames,
} from '../schema/index.js'

/** The result type of each SQL type that the statements use. */
interface Results {
  uuid: string
  text: string
  boolean: boolean
  integer: number
  /** Sizes, counts and versions, which a push limits to 2^53 - 1. */
  bigint: number
  /** In hexadecimal. */
  bytea: string
  timestamptz: Date
  jsonb: JsonValue
  'text[]': string[]
  chat_status: ChatStatus
  workspace_agent_context_body_kind: BodyKind
  workspace_agent_context_resource_status: ResourceStatus
}

/** The parameter type of each SQL type that the statements use. */
interface Parameters {
  uuid: string
  'uuid[]': readonly string[]
  text: string
  'text[]': readonly (string | null)[]
  boolean: boolean
  integer: number
  bigint: number
  timestamptz: Date | string
  /** Already encoded, so that an array is not mistaken for an SQL array. */
  jsonb: string
  chat_status: ChatStatus
  'chat_message_role[]': readonly ChatMessageRole[]
  'workspace_agent_context_body_kind[]': readonly BodyKind[]
}

type MaybeNull<T extends string> = T | `${T}?`
type Shape<Types> = Readonly<Record<string, MaybeNull<keyof Types & string>>>
type Typed<Types, S extends Shape<Types>> = {
  readonly [Name in keyof S]: S[Name] extends `${infer T extends keyof Types & string}?`
    ? Types[T] | null
    : S[Name] extends keyof Types
      ? Types[S[Name]]
      : never
}

/** A row with such columns. */
export type RowOf<R extends Shape<Results>> = Typed<Results, R>

/** The parameters that may be NULL. */
type Nullable<P> = { [Name in keyof P]: P[Name] extends `${string}?` ? Name : never }[keyof P]

/** The values of such parameters. One that may be NULL may also be left out. */
type ValuesOf<P extends Shape<Parameters>> = Omit<Typed<Parameters, P>, Nullable<P>> & {
  readonly [Name in Nullable<P>]?: Typed<Parameters, P>[Name] | undefined
}

/** How a value of the database becomes plain data, which JSON and `structuredClone` can copy. */
const toPlain: { readonly [Type in string]?: (value: never) => unknown } = {
  bigint: (value: bigint) => Number(value),
  bytea: (value: Uint8Array) => Buffer.from(value).toString('hex'),
}

/** The names that SQL has for the built-in types, without the search path. */
const builtIn = {
  uuid: 'pg_catalog.uuid',
  text: 'pg_catalog.text',
  boolean: 'pg_catalog.bool',
  integer: 'pg_catalog.int4',
  bigint: 'pg_catalog.int8',
  timestamptz: 'pg_catalog.timestamptz',
  jsonb: 'pg_catalog.jsonb',
} as const
type BuiltIn = keyof typeof builtIn

type TableName = (typeof tableNames)[number]
type EnumName = keyof typeof enums

/** Every table and enum type of one schema, qualified and quoted. */
export type Names = Readonly<Record<TableName | EnumName, string>>

/** The parameters and rows of a statement, which tests compare with the migrated schema. */
export interface StatementDeclaration {
  readonly name: string
  readonly parameters: Shape<Parameters>
  readonly row: Shape<Results>
  text(schema: string): string
}

function namesIn(schema: string): Names {
  const prefix = quoteIdentifier(schema)
  const names = [...tableNames, ...Object.keys(enums)]
  return Object.fromEntries(names.map((name) => [name, `${prefix}.${name}`])) as Names
}

/**
 * Creates a statement from the SQL types of its parameters and rows and from its text, which is
 * written with the table names of a schema and the placeholders of the parameters. A type that ends
 * in `?` may be NULL.
 *
 * @returns The function that runs it, with its declaration.
 */
export function defineStatement<const P extends Shape<Parameters>, const R extends Shape<Results>>({
  name,
  parameters,
  row,
  sql,
}: {
  readonly name: string
  readonly parameters: P
  readonly row: R
  sql(names: Names, placeholders: { readonly [Name in keyof P]: string }): string
}): ((queryable: Queryable, values: ValuesOf<P>) => Promise<RowOf<R>[]>) & {
  /** Tests compare it with the migrated schema. */
  readonly declaration: StatementDeclaration
} {
  const texts = new Map<string, string>()
  const order = Object.keys(parameters)
  const text = (schema: string): string => {
    const known = texts.get(schema)
    if (known !== undefined) return known
    const names = namesIn(schema)
    const placeholders = order.map((parameter, index) => {
      const [, element, array] = /^(\w+)(\[\])?\??$/.exec(parameters[parameter]!)!
      // Qualified, because a temporary table is found before a built-in type of the same name.
      const type = element! in names ? names[element as EnumName] : builtIn[element as BuiltIn]
      return [parameter, `$${index + 1}::${type}${array ?? ''}`]
    })
    // A comment on its own line names the statement in pg_stat_activity and in logs.
    const made = `-- driftpin: ${name}\n${sql(names, Object.fromEntries(placeholders)).trim()}`
    texts.set(schema, made)
    return made
  }
  const converted = Object.entries(row).flatMap(([column, type]) => {
    const convert = toPlain[type.replace('?', '')]
    return convert ? [{ column, convert }] : []
  })
  const run = async (queryable: Queryable, values: ValuesOf<P>) => {
    const ordered = order.map((parameter) => values[parameter as keyof typeof values])
    const { rows } = await queryable.query<Record<string, unknown>>(text(queryable.schema), ordered)
    for (const one of rows) {
      for (const { column, convert } of converted) {
        const value = one[column]
        if (value !== null) one[column] = convert(value as never)
      }
    }
    return rows as RowOf<R>[]
  }
  return Object.assign(run, { declaration: { name, parameters, row, text } })
}
