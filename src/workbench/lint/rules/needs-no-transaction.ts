import type { Node } from 'libpg-query'
import { nodeAs, nodesOf } from '../nodes-of.js'
import type { Rule } from '../rule.js'

export const needsNoTransaction: Rule = {
  id: 'needs-no-transaction',
  why: 'PostgreSQL refuses the statement in a transaction, which is what a migration runs in.',
  instead: 'Give it a migration of its own with no other statement, which is then run without one.',
  needsCatalog: false,
  *check({ scripts }) {
    for (const script of scripts) {
      if (!script.transaction) continue
      for (const { node, start } of script.statements) {
        const what = refusedInTransaction(node)
        if (what) yield { script, at: start, message: `${what} cannot run in a transaction.` }
      }
    }
  },
}

const always = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
} as const

function refusedInTransaction(node: Node): string | undefined {
  if (nodeAs(node, 'IndexStmt')?.concurrent) return 'CREATE INDEX CONCURRENTLY'
  if (nodeAs(node, 'DropStmt')?.concurrent) return 'DROP INDEX CONCURRENTLY'
  if (nodeAs(node, 'VacuumStmt')?.is_vacuumcmd) return 'VACUUM'
  const cluster = nodeAs(node, 'ClusterStmt')
  if (cluster && !cluster.relation) return 'CLUSTER of all tables'
  const reindex = nodeAs(node, 'ReindexStmt')
  const concurrently = [...nodesOf(reindex?.params, 'DefElem')].some(
    ({ defname }) => defname === 'concurrently',
  )
  const isWide = !['REINDEX_OBJECT_INDEX', 'REINDEX_OBJECT_TABLE'].includes(reindex?.kind ?? '')
  if (reindex && concurrently) return 'REINDEX CONCURRENTLY'
  if (reindex && isWide) return 'REINDEX of more than one table'
  const detaches = [...nodesOf(nodeAs(node, 'AlterTableStmt')?.cmds, 'PartitionCmd')]
  if (detaches.some(({ concurrent }) => concurrent)) return 'DETACH PARTITION CONCURRENTLY'
  const found = Object.entries(always).find(([kind]) => kind in node)
  return found?.[1]
}
