/** A file of the repository, by its path from the root. */
export interface Text {
  readonly file: string
  readonly text: string
}

/** A rule of the house that can be read from one file. */
export interface Rule {
  readonly name: string
  /** What to do about it, after the place that each finding begins with. */
  readonly instead: string
  readonly applies: (file: string) => boolean
  /** What breaks the rule: the offset of each place, or the line that says more. */
  readonly find: (one: Text) => readonly (number | string)[]
  /** Each of these breaks the rule once. */
  readonly planted: readonly Text[]
  /** None of these breaks it, though they come near. */
  readonly fine: readonly Text[]
}

/** The findings of a rule in one file, as lines that say where, what, and what to do. */
export function findingsOf(rule: Rule, one: Text): string[] {
  if (!rule.applies(one.file)) return []
  return rule.find(one).map((found) => {
    if (typeof found === 'string') return `${one.file}: ${found} ${rule.instead}`
    const line = one.text.slice(0, found).split('\n').length
    return `${one.file}:${line}: ${rule.name}. ${rule.instead}`
  })
}

/** The offsets of all matches of a pattern. */
export const offsetsOf = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(({ index }) => index)

/** Code of ours that is written by hand. */
export const isCode = (file: string) => /\.(ts|mjs|js)$/.test(file) && !/\/generated\//.test(file)
export const isSource = (file: string) => file.startsWith('src/') && isCode(file)
export const isTest = (file: string) => file.startsWith('test/') && isCode(file)
