/** What a list has beyond another one: of equal texts as many are taken away as that one has. */
export function without(texts: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of others) counts.set(text, (counts.get(text) ?? 0) + 1)
  return texts.filter((text) => {
    const count = counts.get(text) ?? 0
    if (count > 0) counts.set(text, count - 1)
    return count === 0
  })
}

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
