import { printableUrl } from '../database/index.js'
import type { FuzzOptions } from './fuzz-command.js'
import { shellWord } from './shell-word.js'

/** What a replay has to be told besides what its failure says, ready for a shell. */
export function fuzzReplayFlags({ database, against }: FuzzOptions): string[] {
  return Object.entries({ database, against }).flatMap(([name, url]) =>
    url === undefined ? [] : [`--${name} ${shellWord(printableUrl(url))}`],
  )
}
