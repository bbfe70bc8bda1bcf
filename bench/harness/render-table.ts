/** One line of the table: what driftpin takes, and what another way takes. */
export interface Line {
  readonly what: string
  readonly value: string
  readonly peer?: string
  readonly peerValue?: string
  readonly ratio?: number
}

/** Milliseconds below ten seconds, seconds above, with three digits that count. */
export function ms(value: number): string {
  return value < 10_000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

/** A table in Markdown, as a README takes it. */
export function renderTable(lines: readonly Line[]): string {
  const rows = lines.map(({ what, value, peer = '', peerValue = '', ratio }) => [
    what,
    value,
    peer,
    peerValue,
    ratio === undefined ? '' : digits(ratio),
  ])
  const head = ['driftpin', '', 'against', '', 'ratio']
  const widths = head.map((name, index) =>
    Math.max(3, name.length, ...rows.map((row) => row[index]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index]!)).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** Three digits that count, without an exponent. */
function digits(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: false })
}
