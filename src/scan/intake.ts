import {
  type JsonObject,
  limits,
  type ResourceInput,
  type ResourceStatus,
  scanLimits,
  textBytes,
} from '../schema/index.js'
import type { Candidate } from './candidate.js'
import { cutText } from './cut-text.js'
import { makeBody } from './make-body.js'
import type { Reading } from './read-candidate.js'

type Verdict =
  | { readonly status: 'ok'; readonly body: JsonObject }
  | { readonly status: Exclude<ResourceStatus, 'ok'>; readonly error: string }

/**
 * Takes candidates one by one, in hash order, and says what becomes of each under the caps of a
 * scan, given those taken before it.
 */
export class Intake {
  #taken = 0
  #okBytes = 0
  /** A body that is `{}` counts too; as if all of them were, so that the sum never falls short. */
  #bodiesBytes = limits.resourcesMax * textBytes('{}')
  readonly #sourceOfSkill = new Map<string, string>()

  take({ kind, source }: Candidate, reading: Reading): ResourceInput {
    const { contentHash, sizeBytes, sourcePath } = reading
    const verdict = this.#judge(kind, source, reading)
    const common = { source, kind, contentHash, sizeBytes, sourcePath, status: verdict.status }
    return verdict.status === 'ok'
      ? { ...common, body: verdict.body, error: '' }
      : { ...common, body: {}, error: cutText(verdict.error, limits.errorBytesMax) }
  }

  #judge(kind: Candidate['kind'], source: string, reading: Reading): Verdict {
    const { content, refusal, sizeBytes } = reading
    this.#taken++
    if (this.#taken > scanLimits.resourcesMax) {
      return excluded(`past the first ${scanLimits.resourcesMax} resources of a scan`)
    }
    if (refusal !== undefined) return refusal
    if (content === undefined) {
      const error = `${sizeBytes} bytes, more than the ${scanLimits.resourceBytesMax} of a resource`
      return { status: 'oversize', error }
    }
    const made = makeBody(kind, source, content)
    if ('invalid' in made) return { status: 'invalid', error: made.invalid }
    const { body, skill } = made
    const first = skill === undefined ? undefined : this.#sourceOfSkill.get(skill)
    if (first !== undefined) {
      return { status: 'invalid', error: `a second skill named ${skill}; the first is ${first}` }
    }
    if (!this.#fits(sizeBytes, body)) {
      return excluded(`does not fit into the ${scanLimits.totalBytesMax} bytes of a scan`)
    }
    if (skill !== undefined) this.#sourceOfSkill.set(skill, source)
    return { status: 'ok', body }
  }

  /**
   * Counts a resource in where there is room for it. The bodies are counted as a push counts them
   * as well: control characters take up to six times their size in JSON, so a hostile tree
   * could fill a push before it fills a scan.
   */
  #fits(sizeBytes: number, body: JsonObject): boolean {
    const okBytes = this.#okBytes + sizeBytes
    const bodiesBytes = this.#bodiesBytes + textBytes(JSON.stringify(body))
    if (okBytes > scanLimits.totalBytesMax || bodiesBytes > limits.bodiesBytesMax) return false
    this.#okBytes = okBytes
    this.#bodiesBytes = bodiesBytes
    return true
  }
}

function excluded(error: string): Verdict {
  return { status: 'excluded', error }
}
