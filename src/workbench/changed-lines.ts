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
  const lines = [
    ...(moved ? old : gone).map((line) => `- ${line}`),
    ...(moved ? young : come).map((line) => `+ ${line}`),
  ]
  const shown = lines.filter((line) => line.trim().length > 1)
  if (shown.length <= shownMax) return shown
  return [...shown.slice(0, shownMax), `... and ${shown.length - shownMax} more lines`]
}

/** Of equal lines as many are taken away as the other text has. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = counts.get(line) ?? 0
    if (count > 0) counts.set(line, count - 1)
    return count === 0
  })
}
