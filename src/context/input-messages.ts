import { closest } from 'fastest-levenshtein'
import { z } from 'zod'

/** A type as a message says it. */
const types: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
}

const typeOf = (value: unknown) => types[z.core.util.parsedType(value)] ?? String(value)

/** The known name that is most like an unknown one. */
const nearest = (name: unknown, known: readonly string[]) =>
  known.length > 0 && typeof name === 'string' && name.length <= 100
    ? `; the closest that exists is ${JSON.stringify(closest(name, known))}`
    : ''

/** What is wrong with a parameter, in place of Zod's own words; undefined leaves those. */
export const explainIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key] = issue.keys
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : []
      return `has no property ${JSON.stringify(key)}${nearest(key, known)}`
    }
    case 'invalid_type': {
      const wanted = types[issue.expected] ?? `of the type ${issue.expected}`
      if (issue.input === undefined) return `is missing, and must be ${wanted}`
      return Number.isFinite(issue.input) && issue.expected === 'int'
        ? `must be ${wanted}, and is ${issue.input}`
        : `must be ${wanted}, and is ${typeOf(issue.input)}`
    }
    case 'invalid_format':
      return issue.format === 'guid'
        ? 'must be a UUID, such as that of crypto.randomUUID()'
        : undefined
    case 'invalid_value': {
      const known = issue.values.map(String)
      return issue.input === undefined
        ? `is missing, and must be one of ${known.join(', ')}`
        : `must be one of ${known.join(', ')}`
    }
    case 'too_small':
      return `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'array'
        ? `has more than ${issue.maximum} elements`
        : `must be at most ${issue.maximum}`
    default:
      return undefined
  }
}
