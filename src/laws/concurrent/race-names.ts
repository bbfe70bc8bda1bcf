import { owners } from '../choices.js'

// Everything that a race is about is known before it begins, so that a lane can name a chat that
// another one creates or deletes.

export const owner = owners[0]
export const workspaceId = 'e0000000-0000-4000-8000-000000000001'
export const buildIds = [1, 2].map((n) => `b0000000-0000-4000-8000-00000000000${n}`)
export const agentIds = [1, 2].map((n) => `a0000000-0000-4000-8000-00000000000${n}`)
/** The first three are there from the beginning, the others may be created. */
export const chatIds = [1, 2, 3, 4, 5].map((n) => `c0000000-0000-4000-8000-00000000000${n}`)

const kinds: Readonly<Record<string, string>> = {
  a: 'agent',
  b: 'build',
  c: 'chat',
  e: 'workspace',
}

/** Names in place of ids, wherever they stand in a text. */
export function named(text: string): string {
  return text.replaceAll(
    /([abce])0000000-0000-4000-8000-00000000000(\d)/g,
    (_, kind: string, n: string) => `${kinds[kind]} ${n}`,
  )
}
