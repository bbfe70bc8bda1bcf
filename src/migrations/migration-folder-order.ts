import { DriftpinError } from '../errors.js'
import { byBytes } from './folder-files.js'

/** Versioned, baseline and undo files have a version; repeatable ones do not. */
const flyway = /^(?:(?<kind>[VBU])(?<version>\d+(?:[._]\d+)*)__|R__).*\.sql$/

/**
 * The names of plain SQL files in the order in which they run. If every name begins with a number,
 * numbers are compared as numbers, so that 10 comes after 9; otherwise names are compared as bytes.
 *
 * Names of Flyway follow its rules: versions in order, from the newest baseline if there is one,
 * then repeatable files by name. Undo files do not run.
 *
 * @throws DriftpinError `migrations_unreadable` for a name that Flyway would silently ignore.
 */
export function inOrderOfRunning(directory: string, names: readonly string[]): string[] {
  if (names.some((name) => /^V\d[\d._]*__/.test(name))) return flywayOrder(directory, names)
  const numbered = names.every((name) => /^\d/.test(name))
  return [...names].sort(numbered ? byNumbers : byBytes)
}

function flywayOrder(directory: string, names: readonly string[]): string[] {
  const files = names.map((name) => {
    const { kind = 'R', version = '' } = flyway.exec(name)?.groups ?? { kind: '?' }
    return { name, kind, version: numbersOf(version) }
  })
  const versioned = files.filter(({ kind }) => kind === 'V')
  const undoes = (undo: readonly bigint[]) =>
    versioned.some(({ version }) => compareNumbers(version, undo) === 0)
  const odd = files.find(({ kind, version }) => kind === '?' || (kind === 'U' && !undoes(version)))
  if (odd) {
    throw new DriftpinError(
      'migrations_unreadable',
      `The migrations in ${directory} are named as for Flyway, but ${odd.name} is not, or undoes ` +
        'a missing version. Name it like V2__add_titles.sql or R__views.sql, or move ' +
        'it out of the folder.',
      { directory, file: odd.name },
    )
  }
  const inOrder = (some: typeof files) =>
    some.sort((a, b) => compareNumbers(a.version, b.version) || byBytes(a.name, b.name))
  const baseline = inOrder(files.filter(({ kind }) => kind === 'B')).at(-1)
  const later = versioned.filter(
    ({ version }) => !baseline || compareNumbers(version, baseline.version) > 0,
  )
  const repeatable = inOrder(files.filter(({ kind }) => kind === 'R'))
  return [...(baseline ? [baseline] : []), ...inOrder(later), ...repeatable].map(({ name }) => name)
}

/** Compares the leading versions, such as 1.10, then the rest with its numbers as numbers. */
function byNumbers(one: string, other: string): number {
  const version = /^\d+(?:\.\d+)*/
  const [a, b] = [version.exec(one)![0], version.exec(other)![0]]
  return (
    compareNumbers(numbersOf(a), numbersOf(b)) ||
    compareWords(one.slice(a.length), other.slice(b.length)) ||
    byBytes(one, other)
  )
}

function numbersOf(version: string): bigint[] {
  // BigInt, because a timestamp with milliseconds has more digits than a number can hold.
  return (version.match(/\d+/g) ?? []).map(BigInt)
}

/** A missing number counts as 0, so that 1 and 1.0 are the same version. */
function compareNumbers(one: readonly bigint[], other: readonly bigint[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index] ?? 0n, other[index] ?? 0n]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

function compareWords(one: string, other: string): number {
  const [words, others] = [one.split(/(\d+)/), other.split(/(\d+)/)]
  for (let index = 0; index < Math.min(words.length, others.length); index++) {
    const [a, b] = [words[index]!, others[index]!]
    // Every second piece consists of digits.
    const order = index % 2 ? compareNumbers(numbersOf(a), numbersOf(b)) : byBytes(a, b)
    if (order !== 0) return order
  }
  return words.length - others.length
}
