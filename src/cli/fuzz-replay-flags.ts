import type { FuzzOptions } from './fuzz-command.js'

/** What a replay has to be told besides what its failure says, ready for a shell. */
export function fuzzReplayFlags({ database, against }: FuzzOptions): string[] {
  return Object.entries({ database, against }).flatMap(([name, url]) =>
    url === undefined ? [] : [`--${name} ${quoted(withoutPassword(url))}`],
  )
}

/** A connection string without any password; whoever replays knows it, or has it in PGPASSWORD. */
function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'URL'
  const shown = new URL(url)
  shown.password = ''
  for (const name of [...shown.searchParams.keys()]) {
    if (/pass/i.test(name)) shown.searchParams.delete(name)
  }
  return shown.href
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
