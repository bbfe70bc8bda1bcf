import type { Node, RenameStmt } from 'libpg-query'
import { statementsInOrder } from '../file-state.js'
import { nodeAs, nodesOf } from '../nodes-of.js'
import type { Rule } from '../rule.js'
import { tableKey } from '../table-key.js'

export const renameInUse: Rule = {
  id: 'rename-in-use',
  why:
    'Until the last process of the version before is gone, each of its statements with the old ' +
    'name fails.',
  instead:
    'For a table, leave a view with the old name in the same migration. For a column, add the ' +
    'new one, write both, and drop the old one in a later release.',
  needsCatalog: false,
  *check({ migrations }) {
    for (const { up } of migrations) {
      for (const { statement, state } of statementsInOrder(up)) {
        const rename = nodeAs(statement.node, 'RenameStmt')
        const table = tableKey(rename?.relation)
        if (!rename || state.made.has(table)) continue
        const later = up.statements.filter(({ start }) => start > statement.start)
        const nodes = later.map(({ node }) => node)
        const old = rename.subname ?? ''
        const isColumn = rename.renameType === 'OBJECT_COLUMN'
        if (isColumn && rename.relationType === 'OBJECT_TABLE') {
          if (state.added.has(`${table}.${old}`) || columnsMadeBy(nodes, table).has(old)) continue
          yield { script: up, at: statement.start, message: saying(`${table}.${old}`, rename) }
        }
        if (rename.renameType !== 'OBJECT_TABLE' || relationsMadeBy(nodes).has(table)) continue
        yield { script: up, at: statement.start, message: saying(table, rename) }
      }
    }
  },
}

function saying(old: string, { newname }: RenameStmt): string {
  return `The running version still asks for ${old}, which is ${newname} now.`
}

function relationsMadeBy(nodes: readonly Node[]): ReadonlySet<string> {
  const made = nodes.flatMap((node) => {
    const rename = nodeAs(node, 'RenameStmt')
    return [
      nodeAs(node, 'CreateStmt')?.relation,
      nodeAs(node, 'ViewStmt')?.view,
      nodeAs(node, 'CreateTableAsStmt')?.into?.rel,
      rename && { ...rename.relation, relname: rename.newname ?? '' },
    ]
  })
  return new Set(made.filter((relation) => relation !== undefined).map(tableKey))
}

function columnsMadeBy(nodes: readonly Node[], table: string): ReadonlySet<string> {
  const names = nodes.flatMap((node) => {
    const rename = nodeAs(node, 'RenameStmt')
    const alter = nodeAs(node, 'AlterTableStmt')
    if (tableKey(rename?.relation ?? alter?.relation) !== table) return []
    const added = [...nodesOf(alter?.cmds, 'ColumnDef')].map(({ colname }) => colname ?? '')
    return rename?.renameType === 'OBJECT_COLUMN' ? [rename.newname ?? ''] : added
  })
  return new Set(names)
}
