import { differingRows } from '../compare-rows.js'
import type { Finding, Law } from '../law.js'
import { pinTable } from '../model/rows.js'
import { noRows } from '../row-reader.js'

export const survival: Law = {
  number: 3,
  name: 'Survival',
  says:
    'Soft deletion of agent or workspace, and hard deletion of agent, build or workspace, leave ' +
    "pins and pinned hash, and the prompt's bytes.",
  afterStep({ move, before, after, outcome, predicted, prompts }) {
    if (!move.removes) return []
    const refused: Finding[] =
      outcome.refusal && !predicted.refusal
        ? [{ what: 'the deletion', expected: 'done', actual: outcome.refusal.message }]
        : []
    const pins = differingRows('a pin', pinTable, before.rows, after.rows)
    const hashes = [...(before.rows.get('chats') ?? noRows)].flatMap(([id, { values }]) => {
      const hash = values.context_aggregate_hash
      const left = after.rows.get('chats')?.get(id)?.values.context_aggregate_hash
      return left === hash
        ? []
        : [{ what: `the pinned hash of ${id}`, expected: `${hash}`, actual: `${left}` }]
    })
    const texts = prompts
      .filter((one) => one.before !== one.after)
      .map((one) => ({
        what: `the prompt of ${one.chatId}`,
        expected: one.before,
        actual: one.after,
      }))
    return [...refused, ...pins, ...hashes, ...texts]
  },
}
