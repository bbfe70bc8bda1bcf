import type { Finding, Law } from '../law.js'
import { noRows, type StoredRow } from '../row-reader.js'

const order = ({ values }: StoredRow) => `${values.updated_at} ${values.id}`

export const purgeBoundary: Law = {
  number: 14,
  name: 'Purge boundary',
  says:
    'A purge deletes chats strictly older than the cutoff, archived only, oldest first, never more ' +
    'than the limit.',
  afterStep({ move, before, after, outcome }) {
    if (!move.purge || outcome.refusal) return []
    const { before: cutoff, limit } = move.purge
    const chats = [...(before.rows.get('chats') ?? noRows).values()]
    const isGone = ({ values }: StoredRow) => !after.rows.get('chats')?.has(values.id!)
    const isEligible = ({ values }: StoredRow) =>
      values.archived === 'true' && values.updated_at! < cutoff
    const gone = chats.filter(isGone)
    const findings: Finding[] = gone
      .filter((chat) => !isEligible(chat))
      .map(({ values }) => ({
        what: `purged ${values.id}`,
        expected: `archived, and older than ${cutoff}`,
        actual: `archived ${values.archived}, updated_at ${values.updated_at}`,
      }))
    if (gone.length > limit) {
      findings.push({
        what: 'chats purged',
        expected: `${limit} at most`,
        actual: `${gone.length}`,
      })
    }
    const wanted = chats.filter(isEligible).sort((a, b) => (order(a) < order(b) ? -1 : 1))
    const left = wanted.slice(0, limit).filter((chat) => !isGone(chat))
    for (const { values } of left) {
      const actual = `left, updated_at ${values.updated_at}`
      findings.push({ what: `one of the oldest, ${values.id}`, expected: 'purged', actual })
    }
    return findings
  },
}
