import { inHashOrder, limits } from '../schema/index.js'
import type { Candidate } from './candidate.js'
import { present } from './present.js'

/**
 * Collects candidates and keeps the first of them in the order of the aggregate hash, so that
 * which ones are kept does not depend on the order in which the file system lists them.
 *
 * At most twice `limits.resourcesMax` are held at any time, however many are added.
 */
export class CandidateList {
  readonly #rootName: string
  #kept: Candidate[] = []
  #leftOut = { pastMax: 0, notUtf8: 0, tooLong: 0 }

  constructor(rootName: string) {
    this.#rootName = rootName
  }

  /** Adds one under its path below the root; one whose source cannot be stored is only counted. */
  add(kind: Candidate['kind'], relative: Buffer, found: Candidate['found']): void {
    const presented = present(this.#rootName, relative)
    if ('path' in presented) {
      this.#kept.push({ kind, source: presented.path, found })
      if (this.#kept.length >= 2 * limits.resourcesMax) this.#cut()
    } else if (presented.unstorable === 'not UTF-8') this.#leftOut.notUtf8++
    else this.#leftOut.tooLong++
  }

  /** The candidates to take, in hash order. */
  inOrder(): readonly Candidate[] {
    this.#cut()
    return this.#kept
  }

  /** What was left out, as a sentence for `snapshotError`; empty where nothing was. */
  leftOut(): string {
    this.#cut()
    const { pastMax, notUtf8, tooLong } = this.#leftOut
    const parts: string[] = []
    if (pastMax > 0) {
      parts.push(`${counted(pastMax, 'resource')} past the first ${limits.resourcesMax} left out`)
    }
    if (notUtf8 > 0) {
      const verb = notUtf8 === 1 ? 'is' : 'are'
      parts.push(`${counted(notUtf8, 'name')} that ${verb} not UTF-8 left out`)
    }
    if (tooLong > 0) {
      parts.push(`${counted(tooLong, 'source')} over ${limits.sourceBytesMax} bytes left out`)
    }
    return parts.join('; ')
  }

  #cut(): void {
    this.#kept = inHashOrder(this.#kept)
    this.#leftOut.pastMax += Math.max(0, this.#kept.length - limits.resourcesMax)
    this.#kept.length = Math.min(this.#kept.length, limits.resourcesMax)
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
