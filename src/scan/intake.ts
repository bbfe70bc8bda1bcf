import {
  type JsonObject,
  limits,
  type ResourceInput,
  type ResourceStatus,
  scanLimits,
  textBytes,
} from '../schema/index.js'
import { makeBody } from './body.js'
import type { Candidate } from './candidates.js'
import type { Reading } from './read-candidate.js'

type Verdict =
  | { readonly status: 'ok'; readonly body: JsonObject }
  | { readonly status: Exclude<ResourceStatus, 'ok'>; readonly error: string }

/**
 * Takes candidates one by one, in hash order, and decides the status of each. The decision depends
 * on the limits of a scan and on the candidates taken before.
 */
export class Intake {
  #taken = 0
  #okBytes = 0
  /** Each body that is `{}` counts too. All are counted in advance, so the sum is never too low. */
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
   * Adds a resource to the totals if it fits. The bodies are also counted as a push counts them: a
   * control character takes up to six times its size in JSON, so a hostile tree could exceed the
   * limit of a push before it exceeds that of a scan.
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

/** Cuts a text to at most `bytesMax` bytes of UTF-8, between two characters. */
export function cutText(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
