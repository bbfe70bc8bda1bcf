import { nameOfWord, splitStatements } from '../database/index.js'

/** What a statement says of listening; without a channel, of all of them. */
export interface ListenCommand {
  readonly kind: 'listen' | 'unlisten'
  readonly channel: string | undefined
}

/** The commands of a text that begin or end listening, in their order. */
export function listenCommandsIn(sql: string): ListenCommand[] {
  if (!/listen|discard/i.test(sql)) return []
  return splitStatements(sql).flatMap(({ text }): ListenCommand[] => {
    if (/^discard\s+all\b/i.test(text)) return [{ kind: 'unlisten', channel: undefined }]
    const found = /^(listen|unlisten)\s+(\*|"(?:[^"]|"")+"|[^\s;"]+)/i.exec(text)
    if (!found) return []
    const [, verb = '', written = ''] = found
    const kind = verb.toLowerCase() as ListenCommand['kind']
    return [{ kind, channel: written === '*' ? undefined : nameOfWord(written) }]
  })
}
