/** Something that must not be, found by a soak: what it is, and what speaks for it. */
export class SoakBroken extends Error {
  override readonly name = 'SoakBroken'
  readonly lines: readonly string[]

  constructor(what: string, lines: readonly string[]) {
    super([what, ...lines.slice(0, 40).map((line) => `  ${line}`)].join('\n'))
    this.lines = lines
  }
}
