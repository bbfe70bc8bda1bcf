import { describe, inChats, resourcesOf, unequal } from '../compare-rows.js'
import type { Finding, Law } from '../law.js'
import { kindHashes } from '../model/hashes.js'
import { liveTable, pinTable, snapshotTable } from '../model/rows.js'
import { type Rows, rowsOf, type StoredRow } from '../row-reader.js'
import { isCopy } from './pins.js'
import { differing, followsOf, parseHashes, settledHashes } from './stored-chat.js'

type Values = StoredRow['values']

export const following: Law = {
  number: 16,
  name: 'Following',
  says:
    'After a ready push, a binding, an unarchiving or a refresh, the rows of the kinds that a ' +
    'chat follows have the hashes of the live ones, and those that changed equal them; a source ' +
    'that holds a pin of another kind keeps it.',
  afterStep(step) {
    const { move, before, after } = step
    if (move.isMigration) return []
    return inChats(step, (id, values, old) => {
      if (!old && isCopy(step)) return []
      // Reverting migrations changes what chats follow, and a copy waits for the next push.
      if (old && unfollowed(before.rows, id, old, heads).length > 0) {
        return []
      }
      const follows = followsOf(values)
      const [was, is] = [old?.context_hashes, values.context_hashes].map(parseHashes)
      const hasFollowed = was && is && differing(was, is).some((kind) => follows.has(kind))
      return unfollowed(after.rows, id, values, hasFollowed ? mirrored : heads)
    })
  },
}

/** What hashes cover. */
const heads = ['body_kind', 'content_hash', 'status']

const mirrored = [...heads, 'body', 'size_bytes', 'error', 'source_path']

/** The rows of followed kinds that are not as live. */
function unfollowed(rows: Rows, id: string, chat: Values, columns: readonly string[]): Finding[] {
  if (!settledHashes(rows, chat)) return []
  const follows = followsOf(chat)
  const pins = resourcesOf(rows, pinTable, id)
  const live = resourcesOf(rows, liveTable, chat.agent_id!)
  const isFollowed = (row: StoredRow | undefined) => row && follows.has(row.values.body_kind!)
  return [...new Set([...pins.keys(), ...live.keys()])].flatMap((source): Finding[] => {
    const [pin, one] = [pins.get(source), live.get(source)]
    if (pin && !isFollowed(pin)) return []
    const [expected, actual] = [isFollowed(one) ? one : undefined, pin].map(
      (row) => row && Object.fromEntries(columns.map((name) => [name, row.values[name]!])),
    )
    if (JSON.stringify(expected) === JSON.stringify(actual)) return []
    return [
      describe('a followed row is not as live', `${pinTable} ${id} ${source}`, expected, actual),
    ]
  })
}

export const hashes: Law = {
  number: 19,
  name: 'Hashes',
  says:
    'The hashes of a chat are those of its pins, and the hashes of a snapshot those of the ' +
    'live resources.',
  afterStep: ({ after }) => wrongHashes(after.rows),
  inObservation: ({ rows }) => wrongHashes(rows),
}

function wrongHashes(rows: Rows): Finding[] {
  const parts = [
    { heads: 'chats', column: 'context_hashes', table: pinTable, owner: 'chat_id' },
    {
      ...{ heads: snapshotTable, column: 'kind_hashes' },
      ...{ table: liveTable, owner: 'workspace_agent_id' },
    },
  ]
  return parts.flatMap(({ heads, column, table, owner }) => {
    const byOwner = new Map<string, Map<string, Hashed>>()
    for (const { values } of rowsOf(rows, table).values()) {
      const id = values[owner]!
      const own = byOwner.get(id) ?? new Map<string, Hashed>()
      byOwner.set(id, own.set(values.source!, toHashed(values)))
    }
    return [...rowsOf(rows, heads)].flatMap(([id, { values }]) => {
      const stored = parseHashes(values[column])
      if (!stored) return []
      const expected = kindHashes(byOwner.get(id) ?? new Map())
      const [wanted, found] = [expected as typeof stored, stored].map((one) =>
        Object.entries(one).sort().join(' '),
      )
      return unequal(`the hashes of ${id}`, wanted, found)
    })
  })
}

type Hashed = Parameters<typeof kindHashes>[0] extends ReadonlyMap<string, infer One> ? One : never

const toHashed = ({ body_kind: kind, content_hash: contentHash, status }: Values) =>
  ({ kind, contentHash, status }) as Hashed
