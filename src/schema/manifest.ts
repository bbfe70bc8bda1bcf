// What a schema consists of, as plain JSON: generated from a migrated database, and read from a
// live one, so that the two can be held against each other. Definitions are as PostgreSQL prints
// them with the schema alone on the search path, so that its name is in none of them. Everything
// is sorted by bytes, and no oid and no attnum is in it: those differ from run to run.

/** A column of a table. */
export interface ManifestColumn {
  readonly name: string
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
  readonly comment: string
}

/** NOT NULL is a property of the column, and none of these. */
export interface ManifestConstraint {
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion'
  readonly columns: readonly string[]
  readonly definition: string
  /** For a foreign key: the table it refers to, with its schema where that is another one. */
  readonly references: string | null
  /** For a foreign key: the columns it refers to, in the order of `columns`. */
  readonly referencedColumns: readonly string[]
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default' | null
  readonly comment: string
}

/** Those of primary keys and unique constraints are among them. */
export interface ManifestIndex {
  readonly name: string
  readonly definition: string
  /** The plain columns in it; an expression is none. */
  readonly columns: readonly string[]
  readonly unique: boolean
  /** False for what a failed CREATE INDEX CONCURRENTLY left. */
  readonly valid: boolean
  readonly comment: string
}

/** Something of a table that has a name and a definition: a trigger, a policy, a rule. */
interface ManifestPart {
  readonly name: string
  readonly definition: string
}

export interface ManifestTable {
  readonly name: string
  readonly kind: 'table' | 'partitioned table' | 'foreign table'
  readonly unlogged: boolean
  readonly rowSecurity: 'off' | 'on' | 'forced'
  /** How it is partitioned, such as `RANGE (created_at)`. */
  readonly partitionKey: string | null
  /** The tables that it is a partition of, or inherits from. */
  readonly parents: readonly string[]
  /** Which rows a partition has, such as `FOR VALUES FROM (1) TO (10)`. */
  readonly partitionBound: string | null
  readonly comment: string
  /** In their order in the table. */
  readonly columns: readonly ManifestColumn[]
  /** Without those that a partition has from its parent. */
  readonly constraints: readonly ManifestConstraint[]
  readonly indexes: readonly ManifestIndex[]
  readonly triggers: readonly ManifestPart[]
  readonly policies: readonly ManifestPart[]
  readonly rules: readonly ManifestPart[]
}

export interface ManifestView {
  readonly name: string
  readonly materialized: boolean
  readonly definition: string
  readonly comment: string
  /** In their order in the view. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly indexes: readonly ManifestIndex[]
  readonly triggers: readonly ManifestPart[]
}

export interface ManifestSequence {
  readonly name: string
  /** The options, in the words of CREATE SEQUENCE. */
  readonly definition: string
  /** The column it belongs to, as `table.column`. */
  readonly ownedBy: string | null
  readonly comment: string
}

export interface ManifestEnum {
  readonly name: string
  readonly comment: string
  /** In their order in the type. */
  readonly values: readonly string[]
}

export interface ManifestDomain {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly default: string | null
  readonly collation: string | null
  readonly constraints: readonly ManifestPart[]
  readonly comment: string
}

export interface ManifestComposite {
  readonly name: string
  readonly attributes: readonly { readonly name: string; readonly type: string }[]
  readonly comment: string
}

export interface ManifestFunction {
  readonly name: string
  /** The types of its arguments, which tell functions of one name apart. */
  readonly arguments: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly definition: string
  readonly comment: string
}

/**
 * What a schema consists of, by name: the same for the same schema on every server, as far as
 * servers print a definition alike. Privileges, owners, and what an extension brought are not in
 * it, nor foreign servers, operators, casts, text search objects and extended statistics.
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
  readonly ranges: readonly { readonly name: string; readonly type: string }[]
  /** Functions, procedures, aggregates and window functions. */
  readonly functions: readonly ManifestFunction[]
  /** Those of the whole database, without plpgsql, which every one has. */
  readonly extensions: readonly string[]
}
