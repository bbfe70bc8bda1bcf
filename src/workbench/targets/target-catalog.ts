import type {
  ManifestColumn,
  ManifestConstraint,
  ManifestDomain,
  ManifestIndex,
  ManifestTable,
  SchemaManifest,
} from '../../catalog/index.js'
import { quoteIdentifier } from '../../database/index.js'
import { firstGroup, listItems } from './sql-text.js'

/** A name with its schema: `public` unless the manifest names another one. */
interface QualifiedName {
  readonly schema: string
  readonly name: string
}

/** The type of a column or the base type of a domain. */
export interface TargetType {
  /** As PostgreSQL prints it, without the brackets of an array. */
  readonly text: string
  /** The same without its modifiers, such as `timestamp with time zone`. */
  readonly name: string
  /** The numbers in parentheses: a length, or precision and scale. */
  readonly modifiers: readonly number[]
  readonly isArray: boolean
  /** The name of the enum in the manifest. An enum without values counts as none. */
  readonly enumName: string | undefined
  readonly domain: ManifestDomain | undefined
}

/** A key of an index. */
export interface IndexKey {
  /** Undefined for an expression. */
  readonly column: string | undefined
  /** The whole key as SQL. */
  readonly sql: string
  readonly collation: string | undefined
  readonly operatorClass: string | undefined
  readonly isDescending: boolean
  readonly nullsFirst: boolean
}

type OnChange = NonNullable<ManifestConstraint['onDelete']>

/** A manifest of all schemas, with answers to the questions that every target has. */
export interface TargetCatalog {
  readonly manifest: SchemaManifest
  /** The tables that queries use: all but partitions. */
  readonly tables: readonly ManifestTable[]
  readonly split: (name: string) => QualifiedName
  /** The indexes of a table but those behind constraints. */
  readonly indexesOf: (table: ManifestTable) => readonly ManifestIndex[]
  readonly typeOf: (type: string) => TargetType
  /** Whether the default of a column is the next value of the sequence that it owns. */
  readonly isSerial: (table: ManifestTable, column: ManifestColumn) => boolean
}

/**
 * @param manifest Names outside the schema public are written as `schema.name`.
 * @param others The other schemas of the database.
 */
export function createTargetCatalog(
  manifest: SchemaManifest,
  others: readonly string[],
): TargetCatalog {
  const { tables, sequences, enums, domains } = manifest
  const schemas = others.toSorted((one, other) => other.length - one.length)
  const split = (name: string): QualifiedName => {
    const schema = schemas.find((one) => name.startsWith(`${one}.`)) ?? 'public'
    return { schema, name: schema === 'public' ? name : name.slice(schema.length + 1) }
  }
  const byPrintedName = <T extends { readonly name: string }>(objects: readonly T[]) =>
    new Map(objects.flatMap((one) => printedNames(split(one.name)).map((name) => [name, one])))
  const filledEnums = byPrintedName(enums.filter(({ values }) => values.length > 0))
  const domainsByName = byPrintedName(domains)
  const owned = new Map(
    sequences.flatMap((one) =>
      one.ownedBy === null ? [] : [[`${prefixOf(split(one.name))}${one.ownedBy}`, one] as const],
    ),
  )
  return {
    manifest,
    tables: tables.filter(({ partitionBound }) => partitionBound === null),
    split,
    indexesOf: ({ indexes, constraints }) => {
      const behind = new Set(constraints.map((one) => one.kind !== 'check' && one.name))
      return indexes.filter(({ name }) => !behind.has(name))
    },
    typeOf: (type) => {
      const text = type.endsWith('[]') ? type.slice(0, -2) : type
      return {
        text,
        ...modifiersOf(text),
        isArray: text !== type,
        enumName: filledEnums.get(text)?.name,
        domain: domainsByName.get(text),
      }
    },
    isSerial: (table, column) => {
      const sequence = owned.get(`${table.name}.${column.name}`)
      if (sequence === undefined || column.identity !== null || column.nullable) return false
      const [name] = /^nextval\('(.*)'::regclass\)$/.exec(column.default ?? '')?.slice(1) ?? []
      const is = printedNames(split(sequence.name)).includes(name?.replaceAll("''", "'") ?? '')
      return is && sequence.definition.startsWith(`AS ${column.type} `)
    },
  }
}

const prefixOf = ({ schema }: QualifiedName) => (schema === 'public' ? '' : `${schema}.`)

/** The forms in which PostgreSQL may print a name: with quotes only where it needs them. */
function printedNames({ schema, name }: QualifiedName): string[] {
  const names = [name, quoteIdentifier(name)]
  if (schema === 'public') return names
  return [schema, quoteIdentifier(schema)].flatMap((one) => names.map((each) => `${one}.${each}`))
}

function modifiersOf(text: string): Pick<TargetType, 'name' | 'modifiers'> {
  const found = text.includes('"') ? null : /\((-?\d+(?:,-?\d+)?)\)/.exec(text)
  if (found === null) return { name: text, modifiers: [] }
  return { name: text.replace(found[0], ''), modifiers: found[1]!.split(',').map(Number) }
}

/** The parts of a foreign key. */
export function foreignKeyParts(constraint: ManifestConstraint) {
  const { after } = firstGroup(constraint.definition)
  const tail = firstGroup(after).after
  const actions = / ?ON (DELETE|UPDATE) (CASCADE|RESTRICT|SET NULL|SET DEFAULT)/g
  const onUpdate = [...tail.matchAll(actions)].find(([, event]) => event === 'UPDATE')?.[2]
  return {
    references: constraint.references!,
    onDelete: constraint.onDelete!,
    onUpdate: (onUpdate?.toLowerCase() ?? 'no action') as OnChange,
    /** Such as `DEFERRABLE INITIALLY DEFERRED`. */
    rest: tail.replaceAll(actions, '').trim(),
  }
}

const keyForm =
  /^(?: COLLATE ("(?:[^"]|"")*"|\S+))?(?: (?!DESC\b|NULLS\b)([\w.]+|"(?:[^"]|"")*")(\(.*\))?)?( DESC)?(?: NULLS (FIRST|LAST))?$/

/** The keys of an index, and what else its definition contains. */
export function indexParts({ definition, columns }: ManifestIndex) {
  const { inside, after } = firstGroup(definition)
  const items = listItems(inside)
  const settings = after.split(' WHERE ', 1)[0]!
  return {
    keys: columns.map((column, index) => keyOf(column, items[index]!)),
    includes: settings.startsWith(' INCLUDE ('),
    nullsNotDistinct: settings.includes(' NULLS NOT DISTINCT'),
    hasParameters: settings.includes(' WITH ('),
  }
}

function keyOf(column: string | null, sql: string): IndexKey {
  const [start] = /^("(?:[^"]|"")*"|[^ ]+)/.exec(sql) ?? ['']
  const form = column === null ? null : keyForm.exec(sql.slice(start.length))
  const isDescending = form?.[4] !== undefined
  return {
    sql,
    column: form === null ? undefined : (column ?? undefined),
    collation: form?.[1],
    operatorClass: form?.[2] && `${form[2]}${form[3] ?? ''}`,
    isDescending,
    nullsFirst: form?.[5] === undefined ? isDescending : form[5] === 'FIRST',
  }
}
