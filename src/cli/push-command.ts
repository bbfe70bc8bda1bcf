import { isDeepStrictEqual } from 'node:util'
import { type ChatRef, push } from '../context/index.js'
import type { Database } from '../database/index.js'
import { type ScanResult, scan } from '../scan/index.js'
import { kindHashes } from '../schema/index.js'
import { findAgent } from './agents.js'
import { defineCommand } from './define-command.js'
import { withDomain } from './domain-tables.js'
import { devDatabaseOptions } from './open-database.js'
import { renderTrouble } from './resources.js'
import { countNoun, humanSize, paint, printable, say } from './terminal.js'

/** `driftpin push DIR`. */
export const pushCommand = defineCommand({
  name: 'push',
  description: 'push the context in a directory, as its agent would',
  options: (command) =>
    devDatabaseOptions(
      command
        .argument('<dir>', 'the directory to scan')
        .option('--agent <id|name>', 'which agent (default: the only one)')
        .option('--initial', 'restart the versions at 1')
        .option('--root-name <name>', 'the name of the directory in sources (default: its path)'),
    ),
  examples: ['driftpin push .', 'driftpin push ~/src/shop --agent main --root-name /home/dev/shop'],
  run: async (directory, options) => {
    const found = await scan(directory, { rootName: options.rootName })
    const pushed = await withDomain(options, (database) => pushFound(database, found, options))
    const { agent, ...rest } = pushed
    return {
      json: { agentId: agent.id, ...rest, resources: found.resources.length },
      text: () => print(found, pushed),
    }
  },
})

async function pushFound(
  database: Database,
  found: ScanResult,
  { agent: named, initial = false }: { readonly agent?: string; readonly initial?: boolean },
) {
  const agent = await findAgent(database, named)
  const version = initial ? 1 : (agent.version ?? 0) + 1
  const result = await push(database, { agentId: agent.id, version, initial, ...found })
  if (!result.accepted) {
    // This is not wrong use: the next attempt may succeed.
    throw new Error(
      `Version ${version} of ${printable(agent.name)} was refused, because another push came ` +
        'first. Try again.',
    )
  }
  const unchanged = isDeepStrictEqual(agent.kind_hashes, await kindHashes(found.resources))
  return { agent, version, unchanged, ...result }
}

function print(found: ScanResult, pushed: Awaited<ReturnType<typeof pushFound>>): void {
  const { agent, version, unchanged } = pushed
  const { resources, rootName, snapshotError } = found
  const bytes = resources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const count = countNoun(resources.length, 'resource')
  const to = `${printable(agent.name)} of ${printable(agent.workspace_name)}`
  say(`Pushed ${count}, ${humanSize(bytes)}, to ${to} as version ${version}.`)
  const trouble = renderTrouble(resources, rootName)
  if (trouble) console.log(`${trouble}\n`)
  if (snapshotError) say(printable(snapshotError))
  if (unchanged) say('The agent already had exactly this context.')
  printChats('pinned for the first time', pushed.hydrated)
  printChats('followed', pushed.followed)
  printChats(paint('yellow', 'dirty now'), pushed.dirtied, ', see driftpin drift')
  printChats('clean again', pushed.settled)
  if (agent.chats === 0) console.log('No chat is bound to this agent.')
}

function printChats(what: string, chats: readonly ChatRef[], more = ''): void {
  if (chats.length > 0) console.log(`${what}: ${countNoun(chats.length, 'chat')}${more}`)
}
