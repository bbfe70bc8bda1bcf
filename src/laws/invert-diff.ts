import type { ContextDiff } from '../context/index.js'

/**
 * The same diff seen from the other side: what was added is removed, and of what was modified the
 * live side is the pinned one.
 *
 * @example
 * ```ts
 * const found = await diff(database, { chatId })
 * const pins = applyDiff(invertDiff(found), applyDiff(found, await listPins(database, { chatId })))
 * ```
 */
export function invertDiff<D extends Pick<ContextDiff, 'added' | 'removed' | 'modified'>>(
  diff: D,
): D {
  return {
    ...diff,
    added: diff.removed.map(({ source, pinned }) => ({ source, live: pinned })),
    removed: diff.added.map(({ source, live }) => ({ source, pinned: live })),
    modified: diff.modified.map(({ source, pinned, live }) => ({
      source,
      pinned: live,
      live: pinned,
    })),
  }
}
