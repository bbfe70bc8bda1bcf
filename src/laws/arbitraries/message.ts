import fc from 'fast-check'
import type { NewMessage } from '../../context/index.js'
import { enums } from '../../schema/index.js'
import { jsonValue } from './json-value.js'

/**
 * Messages that `addMessages` takes, of every role, with any JSON below 4 KiB or without content.
 * Shrinks to a system message without content.
 *
 * @example
 * ```ts
 * const messages = fc.array(message(), { minLength: 1, maxLength: 5 })
 * ```
 */
export function message(): fc.Arbitrary<NewMessage> {
  return fc.record(
    { role: fc.constantFrom(...enums.chat_message_role), content: jsonValue() },
    { requiredKeys: ['role'] },
  )
}
