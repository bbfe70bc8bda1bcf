import { valuesOf } from '../compare-rows.js'
import { snapshotTable } from '../model/rows.js'
import type { Rows, StoredRow } from '../row-reader.js'

type Values = StoredRow['values']

/** Hashes by kind, as `context_hashes` and `kind_hashes` have them. */
export type StoredHashes = Readonly<Record<string, string>>

export const parseHashes = (text: string | null | undefined): StoredHashes | null =>
  text === null || text === undefined ? null : JSON.parse(text)

/** The kinds that a chat follows. */
export const followsOf = ({ context_follows: text }: Values): ReadonlySet<string> =>
  new Set(text?.slice(1, -1).split(','))

/** The kinds in which two lists of hashes differ. */
export function differing(one: StoredHashes, other: StoredHashes): string[] {
  const kinds = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...kinds].filter((kind) => one[kind] !== other[kind]).sort()
}

/**
 * The hashes of a hydrated, unarchived chat and of the ready snapshot of its agent; undefined for
 * any other chat.
 */
export function settledHashes(
  rows: Rows,
  chat: Values,
): { readonly pinned: StoredHashes; readonly live: StoredHashes } | undefined {
  const snapshot = valuesOf(rows, snapshotTable, chat.agent_id ?? '')
  const [pinned, live] = [chat.context_hashes, snapshot?.kind_hashes].map(parseHashes)
  const isSettled = chat.archived === 'false' && snapshot?.ready === 'true'
  return isSettled && pinned && live ? { pinned, live } : undefined
}
