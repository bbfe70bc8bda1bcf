/** What a target cannot express, by a sentence about it. */
export class NotExpressed {
  readonly #names = new Map<string, Set<string>>()

  /** @param what Such as `triggers`. */
  add(what: string, name: string): void {
    const names = this.#names.get(what) ?? new Set()
    this.#names.set(what, names.add(name))
  }

  /** Lines for a comment: empty if everything was expressed. */
  lines(target: string): string[] {
    const entries = [...this.#names].sort(([one], [other]) => (one < other ? -1 : 1))
    return [
      ...(entries.length === 0
        ? [`${target} expresses all that was read from the catalog.`]
        : [
            `The migrations have more than ${target} can express, or than this file expresses:`,
            ...entries.flatMap(([what, names]) => wrapped(`- ${what}: ${[...names].join(', ')}`)),
          ]),
      'Owners, privileges, operators, text search and the like were not read.',
    ]
  }
}

/** Lines of at most 96 characters. A name can contain a line break, which would end a comment. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.replaceAll(/\s/g, ' ').split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${word}`.length <= 96) lines[lines.length - 1] += ` ${word}`
    else lines.push(last === undefined ? word : `  ${word}`)
  }
  return lines
}
