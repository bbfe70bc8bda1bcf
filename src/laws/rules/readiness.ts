import { differingRows } from '../compare-rows.js'
import type { Finding, Law } from '../law.js'
import { pinTable, snapshotTable } from '../model/rows.js'
import { noRows, type StoredRow } from '../row-reader.js'

export const readiness: Law = {
  number: 17,
  name: 'Readiness',
  says:
    'While the snapshot of its agent is not ready, no pin, pinned hash or mark of a chat changes, ' +
    'except that unpinning takes all three away and binding may take the mark away.',
  afterStep({ move, before, after }) {
    if (move.isMigration) return []
    const snapshots = after.rows.get(snapshotTable) ?? noRows
    const old = before.rows.get('chats') ?? noRows
    const held = new Set<string>()
    const findings: Finding[] = []
    for (const [id, { values }] of after.rows.get('chats') ?? noRows) {
      if (snapshots.get(values.agent_id ?? '')?.values.ready !== 'false') continue
      if (values.context_aggregate_hash !== null) held.add(id)
      for (const column of ['context_aggregate_hash', 'context_dirty_since']) {
        const [was, now] = [old.get(id)?.values[column] ?? null, values[column]!]
        if (now === null || now === was) continue
        findings.push({ what: `${column} of ${id}`, expected: `${was}`, actual: now })
      }
    }
    const isHeld = ({ values }: StoredRow) => held.has(values.chat_id ?? '')
    return [...findings, ...differingRows('a pin', pinTable, before.rows, after.rows, isHeld)]
  },
}
