import { without } from './without.js'

const shownMax = 6

/** The lines that differ between two texts, as `- old` and `+ new`, a few at most. */
export function changedLines(before: string, after: string): string[] {
  const old = before.split('\n')
  const young = after.split('\n')
  while (old.length > 0 && young.length > 0 && old[0] === young[0]) {
    old.shift()
    young.shift()
  }
  while (old.length > 0 && young.length > 0 && old.at(-1) === young.at(-1)) {
    old.pop()
    young.pop()
  }
  // Between two changes there may be much that is the same.
  const [gone, come] = [without(old, young), without(young, old)]
  const moved = gone.length + come.length === 0
  const isSeen = (line: string) => line.trim() !== ''
  const removed = (moved ? old : gone).filter(isSeen).map((line) => `- ${line}`)
  const added = (moved ? young : come).filter(isSeen).map((line) => `+ ${line}`)
  const rest = removed.length + added.length - shownMax
  if (rest <= 0) return [...removed, ...added]
  // Some of both, as far as there are.
  const first = Math.max(shownMax / 2, shownMax - added.length)
  const some = removed.slice(0, first)
  return [...some, ...added.slice(0, shownMax - some.length), `... and ${rest} more lines`]
}
