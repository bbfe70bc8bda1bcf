import type { ColumnDef, Constraint, DropStmt, Node, RangeVar } from 'libpg-query'
import { loadPeer } from '../optional-packages.js'

/** The functions of PostgreSQL's own parser that are used here. */
export type Parser = Pick<typeof import('libpg-query'), 'parseSync' | 'scanSync'>

/**
 * Loads the parser, an optional peer.
 *
 * @throws DriftpinError `tool_missing` where it is not installed, with the command that does it.
 */
export async function loadParser(): Promise<Parser> {
  const module = await loadPeer(
    () => import('libpg-query'),
    "The lint reads SQL with PostgreSQL's own grammar, which is not installed here: " +
      'npm install --save-dev libpg-query@18',
  )
  await module.loadModule()
  return module
}

type KindOf<N> = N extends unknown ? keyof N : never

/** The name of a kind of node of the syntax tree, such as `CreateStmt`. */
export type NodeKind = KindOf<Node>

/** What a node of that kind holds. */
export type NodeOf<K extends NodeKind> =
  Extract<Node, Record<K, unknown>> extends infer N
    ? N extends Record<K, infer Content>
      ? Content
      : never
    : never

/** The content of a node if it is of that kind. */
export function nodeAs<K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined {
  return node && kind in node ? (node as Record<K, NodeOf<K>>)[kind] : undefined
}

/** Every node of that kind at or below a part of the tree, from the outside in. */
export function* nodesOf<K extends NodeKind>(root: unknown, kind: K): Generator<NodeOf<K>> {
  if (typeof root !== 'object' || root === null) return
  for (const [key, value] of Object.entries(root)) {
    if (key === kind) yield value as NodeOf<K>
    yield* nodesOf(value, kind)
  }
}

/** The strings of a list of names, as of a qualified type. */
export function stringsOf(nodes: readonly Node[] = []): string[] {
  return nodes.map((node) => nodeAs(node, 'String')?.sval ?? '')
}

/** The name of a table, with its schema unless that is `public`. */
export function tableKey(relation: RangeVar | undefined): string {
  return tableKeyOf(relation?.schemaname, relation?.relname ?? '')
}

/** The same from a schema and a name. */
export function tableKeyOf(schema: string | undefined, name: string): string {
  return !schema || schema === 'public' ? name : `${schema}.${name}`
}

/** A table that a statement creates. */
interface MadeTable {
  readonly relation: RangeVar | undefined
  /** IF NOT EXISTS: one that is there already stays, with its rows. */
  readonly unlessThere: boolean
}

/** The tables that a statement makes, in a CREATE SCHEMA too. */
export function tablesMadeBy(node: Node): MadeTable[] {
  const made = [...nodesOf(node, 'CreateStmt')].map(({ relation, if_not_exists }) => ({
    relation,
    unlessThere: if_not_exists === true,
  }))
  const foreign = nodeAs(node, 'CreateForeignTableStmt')?.base
  if (foreign) made.push({ relation: foreign.relation, unlessThere: false })
  const as = nodeAs(node, 'CreateTableAsStmt')
  const into = as?.into ?? nodeAs(node, 'SelectStmt')?.intoClause
  if (into) made.push({ relation: into.rel, unlessThere: as?.if_not_exists === true })
  return made
}

/** The objects of some kinds that a statement drops by name, and what each is called alone. */
export function droppedBy(
  node: Node,
  ...kinds: readonly DropStmt['removeType'][]
): { readonly key: string; readonly name: string }[] {
  const { removeType, objects = [] } = nodeAs(node, 'DropStmt') ?? {}
  return (kinds.includes(removeType) ? objects : []).map((object) => {
    const list = nodeAs(object, 'List')?.items ?? nodeAs(object, 'TypeName')?.names
    const [name = '', schema] = stringsOf(list ?? [object]).reverse()
    return { key: tableKeyOf(schema, name), name }
  })
}

/** The old and the new name of a table that a statement renames. */
export function tableRenamedBy(node: Node): { readonly old: string; readonly now: string } | null {
  const rename = nodeAs(node, 'RenameStmt')
  if (rename?.renameType !== 'OBJECT_TABLE') return null
  const now = tableKey({ ...rename.relation, relname: rename.newname ?? '' })
  return { old: tableKey(rename.relation), now }
}

const serials = new Set(['serial', 'serial2', 'serial4', 'serial8', 'bigserial', 'smallserial'])

/** The constraints that stand in the definition of a column, its default and NOT NULL included. */
export function constraintsOf(column: ColumnDef | undefined): Constraint[] {
  return (column?.constraints ?? []).flatMap((node) => nodeAs(node, 'Constraint') ?? [])
}

export function hasSerialType(column: ColumnDef): boolean {
  return serials.has(stringsOf(column.typeName?.names).at(-1) ?? '')
}

/** The default that a column is given, unless that is NULL, which is none. */
export function defaultOf(column: ColumnDef) {
  const given = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_DEFAULT')
  return nodeAs(given?.raw_expr, 'A_Const')?.isnull ? undefined : given?.raw_expr
}
