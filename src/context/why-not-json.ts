import { whyNotStorable } from '../schema/storable-text.js'

/**
 * Why a value could not be kept as a `jsonb` object and read back equal, or undefined where it
 * can. Values nest at most `depthMax` deep, the object itself being 1; a cycle is deeper than any.
 *
 * It keeps a list of its own instead of calling itself, so that no value exhausts the stack.
 */
export function whyNotJson(object: unknown, depthMax: number): string | undefined {
  if (!isPlain(object)) return 'must be a plain object'
  const rest: { value: unknown; path: string; depth: number }[] = [
    { value: object, path: '', depth: 1 },
  ]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, path, depth } = next
    const why = whyNotScalar(value)
    if (why !== undefined) {
      if (why !== '') return path === '' ? why : `${path}: ${why}`
      continue
    }
    if (depth > depthMax) return `nests more than ${depthMax} deep`
    for (const [key, child] of Object.entries(value as object)) {
      const whyKey = whyNotStorable(key)
      if (whyKey) return `a key ${whyKey}`
      // Paths are for messages: past a few levels they would only cost.
      rest.push({ value: child, path: depth > 5 ? path : `${path}.${key}`, depth: depth + 1 })
    }
  }
  return undefined
}

/** Empty for a good scalar, a reason for a bad value, undefined for an array or object. */
function whyNotScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return whyNotStorable(value) ?? ''
    case 'number':
      return Number.isFinite(value) ? '' : `${value} has no form in JSON`
    case 'boolean':
      return ''
    case 'object':
      if (value === null) return ''
      return Array.isArray(value) || isPlain(value) ? undefined : 'is not a plain object'
    default:
      return `a ${typeof value} has no form in JSON`
  }
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || prototype === null
  // A method of that name would make JSON.stringify write something else than was looked at.
  return plain && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}
