import { splitStatements } from '../database/split-statements.js'

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
    const kind = found[1]!.toLowerCase() as ListenCommand['kind']
    return [{ kind, channel: channelOf(found[2]!) }]
  })
}

function channelOf(written: string): string | undefined {
  if (written === '*') return undefined
  return written.startsWith('"')
    ? written.slice(1, -1).replaceAll('""', '"')
    : written.toLowerCase()
}
