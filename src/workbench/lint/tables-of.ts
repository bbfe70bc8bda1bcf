import type { Node, RangeVar } from 'libpg-query'
import { nodeAs, nodesOf, stringsOf } from './nodes-of.js'
import { tableKey, tableKeyOf } from './table-key.js'

/** A table that a statement makes. */
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

/** The tables that a statement drops by name. */
export function tablesDroppedBy(node: Node): string[] {
  const drop = nodeAs(node, 'DropStmt')
  if (drop?.removeType !== 'OBJECT_TABLE') return []
  return (drop.objects ?? []).map((object) => {
    const names = stringsOf(nodeAs(object, 'List')?.items)
    return tableKeyOf(names.at(-2), names.at(-1) ?? '')
  })
}

/** The old and the new name of a table that a statement renames. */
export function tableRenamedBy(node: Node): { readonly old: string; readonly now: string } | null {
  const rename = nodeAs(node, 'RenameStmt')
  if (rename?.renameType !== 'OBJECT_TABLE') return null
  const now = tableKey({ ...rename.relation, relname: rename.newname ?? '' })
  return { old: tableKey(rename.relation), now }
}
