// The objects of a schema as plain JSON: generated from a migrated database, and read from a live
// one, so that the two can be compared. Definitions are printed by PostgreSQL with only the schema
// in the search path, so that none of them contains its name. Lists are sorted by the bytes of the
// names. Oids and attnums are not included, because they differ between databases.

/** An object with its comment, which is empty if it has none. */
interface ManifestObject {
  readonly name: string
  readonly comment: string
}

/** A part of a table that has a definition: a trigger, a policy, a rule. */
interface ManifestPart extends ManifestObject {
  readonly definition: string
}

/** A column of a table. */
export interface ManifestColumn extends ManifestObject {
  /** As `format_type` prints it, such as `character varying(20)[]`. */
  readonly type: string
  /** False as well for a domain that is NOT NULL. */
  readonly nullable: boolean
  /** The expression of the default. */
  readonly default: string | null
  readonly identity: 'always' | 'by default' | null
  /** The expression of a generated column, with the word STORED or VIRTUAL. */
  readonly generated: string | null
  /** The collation, where it is not the one of the type. */
  readonly collation: string | null
}

/** NOT NULL is not a constraint here but a property of the column. */
export interface ManifestConstraint extends ManifestPart {
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion'
  readonly columns: readonly string[]
  /** For a foreign key: the table it refers to, as `schema.table` if that is another schema. */
  readonly references: string | null
  /** For a foreign key: the columns it refers to, in the order of `columns`. */
  readonly referencedColumns: readonly string[]
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default' | null
}

/** The indexes of primary keys and unique constraints are included. */
export interface ManifestIndex extends ManifestPart {
  readonly unique: boolean
  /** False after a failed CREATE INDEX CONCURRENTLY. */
  readonly valid: boolean
  /** The access method, such as `btree`. */
  readonly method: string
  /** The columns of the key, without those that INCLUDE adds; null stands for an expression. */
  readonly columns: readonly (string | null)[]
  /** The condition of a partial index. */
  readonly condition: string | null
}

export interface ManifestTable extends ManifestObject {
  readonly kind: 'table' | 'partitioned table' | 'foreign table'
  readonly unlogged: boolean
  readonly rowSecurity: 'off' | 'on' | 'forced'
  /** How it is partitioned, such as `RANGE (created_at)`. */
  readonly partitionKey: string | null
  /** The tables that it is a partition of, or inherits from. */
  readonly parents: readonly string[]
  /** Which rows a partition has, such as `FOR VALUES FROM (1) TO (10)`. */
  readonly partitionBound: string | null
  /** In their order in the table. */
  readonly columns: readonly ManifestColumn[]
  /** Without those that a partition has from its parent. */
  readonly constraints: readonly ManifestConstraint[]
  readonly indexes: readonly ManifestIndex[]
  readonly triggers: readonly ManifestPart[]
  readonly policies: readonly ManifestPart[]
  readonly rules: readonly ManifestPart[]
}

export interface ManifestView extends ManifestObject {
  readonly materialized: boolean
  readonly definition: string
  /** Options of a view that is not materialized, such as `security_invoker=true`. */
  readonly options: readonly string[]
  /** In their order in the view. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly indexes: readonly ManifestIndex[]
  readonly triggers: readonly ManifestPart[]
}

interface ManifestSequence extends ManifestObject {
  /** The options, in the words of CREATE SEQUENCE. */
  readonly definition: string
  /** The column it belongs to, as `table.column`. */
  readonly ownedBy: string | null
}

interface ManifestEnum extends ManifestObject {
  /** In their order in the type. */
  readonly values: readonly string[]
}

export interface ManifestDomain extends ManifestObject {
  readonly type: string
  readonly nullable: boolean
  readonly default: string | null
  readonly collation: string | null
  readonly constraints: readonly ManifestPart[]
}

export interface ManifestComposite extends ManifestObject {
  readonly attributes: readonly { readonly name: string; readonly type: string }[]
}

interface ManifestRange extends ManifestObject {
  /** The type of the bounds. */
  readonly type: string
}

export interface ManifestFunction extends ManifestObject {
  /** The types of its arguments, which tell functions of one name apart. */
  readonly arguments: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window function'
  readonly definition: string
}

/**
 * What a schema consists of, by name: the same for the same schema on every server, as far as
 * servers print a definition alike. It does not contain owners, privileges, storage parameters,
 * members of extensions, foreign servers, operators, casts, text search objects and extended
 * statistics.
 *
 * @example
 * ```ts
 * const tablesOf = ({ tables }: SchemaManifest) => tables.map(({ name }) => name)
 * console.log(tablesOf(schemaManifest))
 * ```
 */
export interface SchemaManifest {
  /** Tables with their columns, constraints and indexes. */
  readonly tables: readonly ManifestTable[]
  /** Views and materialized views. */
  readonly views: readonly ManifestView[]
  /** Sequences, and the column that each belongs to. */
  readonly sequences: readonly ManifestSequence[]
  /** Enum types and their values, in order. */
  readonly enums: readonly ManifestEnum[]
  /** Domains and what they allow. */
  readonly domains: readonly ManifestDomain[]
  /** Composite types. */
  readonly composites: readonly ManifestComposite[]
  /** Range types, with the type of their bounds. */
  readonly ranges: readonly ManifestRange[]
  /** Functions, procedures, aggregates and window functions. */
  readonly functions: readonly ManifestFunction[]
  /** Those of the whole database, without plpgsql, which every one has. */
  readonly extensions: readonly string[]
}
