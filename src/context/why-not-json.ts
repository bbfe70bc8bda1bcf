import { whyNotStorable } from '../schema/storable-text.js'

/**
 * Why a value could not be kept as a `jsonb` object and read back equal, or undefined where it
 * can. Values nest at most `depthMax` deep, the object itself being 1; a cycle is deeper than any.
 *
 * It keeps a list of its own instead of calling itself, so that no value exhausts the stack, and
 * stops as soon as the text must be longer than `bytesMax`: one array that stands in many places,
 * again and again, would otherwise take for ever, here and in JSON.stringify.
 */
export function whyNotJson(
  object: unknown,
  { depthMax, bytesMax }: { readonly depthMax: number; readonly bytesMax: number },
): string | undefined {
  if (!isPlain(object)) return 'must be a plain object'
  let bytes = 0
  const rest: { value: unknown; path: string; depth: number }[] = [
    { value: object, path: '', depth: 1 },
  ]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, path, depth } = next
    bytes += leastBytes(value)
    if (bytes > bytesMax) return `has more than the ${bytesMax} bytes as JSON that are allowed`
    const why = whyNotScalar(value)
    if (why !== undefined) {
      if (why !== '') return path === '' ? why : `${path}: ${why}`
      continue
    }
    if (depth > depthMax) return `nests more than ${depthMax} deep`
    const entries = Object.entries(value as object)
    if (Array.isArray(value) && entries.length !== value.length) return `${path}: has holes`
    for (const [key, child] of entries) {
      const whyKey = whyNotStorable(key)
      if (whyKey) return `a key ${whyKey}`
      if (!Array.isArray(value)) {
        bytes += key.length
        // What it says now need not be what it says when it is encoded.
        if (Object.getOwnPropertyDescriptor(value, key)?.get) return `${path}.${key}: is a getter`
      }
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
      return isPlain(value) || isPlainArray(value) ? undefined : 'is not a plain object or array'
    default:
      return `a ${typeof value} has no form in JSON`
  }
}

/** No fewer bytes than a value has as JSON, without what is in it but for the commas. */
function leastBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  return Array.isArray(value) ? value.length + 1 : 1
}

function isPlainArray(value: object): boolean {
  return Array.isArray(value) && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || prototype === null
  // A method of that name would make JSON.stringify write something else than was looked at.
  return plain && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
}
