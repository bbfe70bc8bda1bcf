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
  const lines = [...old.map((line) => `- ${line}`), ...young.map((line) => `+ ${line}`)]
  const shown = lines.filter((line) => line.trim().length > 1)
  if (shown.length <= shownMax) return shown
  return [...shown.slice(0, shownMax), `... and ${shown.length - shownMax} more lines`]
}
