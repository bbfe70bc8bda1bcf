import { Command } from 'commander'
import { type ChatRef, type PushResult, push } from '../context/index.js'
import type { Database } from '../database/index.js'
import { type ScanResult, scan } from '../scan/index.js'
import { countNoun } from './count-noun.js'
import { withDomain } from './domain-tables.js'
import { findAgent } from './find-agent.js'
import { humanSize } from './human-size.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderTrouble } from './resource-table.js'
import type { AgentLine } from './select-agents.js'

interface PushOptions extends DatabaseOptions {
  readonly agent?: string
  readonly initial?: boolean
  readonly rootName?: string
  readonly json?: boolean
}

/** What was pushed, and what came of it. */
interface Pushed extends PushResult {
  readonly agent: AgentLine
  readonly version: bigint
  /** Whether the agent had exactly this before. */
  readonly unchanged: boolean
}

/** `driftpin push DIR`. */
export function pushCommand(): Command {
  const command = new Command('push')
    .description('push what is in a directory, as its agent would')
    .argument('<dir>', 'the directory to scan')
    .option('--agent <id|name>', 'which agent; where there is only one, that one')
    .option('--initial', 'begin to count versions anew, at 1')
    .option('--root-name <name>', 'how to present the directory; its path by default')
  return devDatabaseOptions(command)
    .option('--json', 'print JSON')
    .action(pushDirectory)
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  driftpin push .',
        '  driftpin push ~/src/shop --agent main --root-name /home/dev/shop',
      ].join('\n'),
    )
}

async function pushDirectory(directory: string, { json, ...options }: PushOptions): Promise<void> {
  const { rootName } = options
  const found = await scan(directory, rootName === undefined ? {} : { rootName })
  const pushed = await withDomain(options, (database) => pushFound(database, found, options))
  if (json) {
    const { agent, ...rest } = pushed
    printJson({ agentId: agent.id, ...rest, resources: found.resources.length })
  } else print(found, pushed)
}

async function pushFound(
  database: Database,
  { rootName, ...found }: ScanResult,
  options: PushOptions,
): Promise<Pushed> {
  const agent = await findAgent(database, options.agent)
  const initial = options.initial === true
  const version = initial ? 1n : (agent.version ?? 0n) + 1n
  const result = await push(database, { agentId: agent.id, version, initial, ...found })
  if (!result.accepted) {
    // Nothing was wrong with what was asked: it failed, and may not the next time.
    throw new Error(
      `Version ${version} of ${printable(agent.name)} was refused: another push came first. ` +
        'Try again.',
    )
  }
  const before = agent.aggregateHash
  const unchanged = before !== null && Buffer.from(before).equals(found.aggregateHash)
  return { agent, version, unchanged, ...result }
}

function print(found: ScanResult, pushed: Pushed): void {
  const { agent, version, unchanged } = pushed
  const { resources, rootName, snapshotError } = found
  const bytes = resources.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
  const count = countNoun(resources.length, 'resource')
  const to = `${printable(agent.name)} of ${printable(agent.workspaceName)}`
  console.log(`Pushed ${count}, ${humanSize(bytes)}, to ${to} as version ${version}.`)
  const trouble = renderTrouble(resources, rootName)
  if (trouble) console.log(`${trouble}\n`)
  if (snapshotError) console.log(printable(snapshotError))
  if (unchanged) console.log('It is what the agent had already.')
  tell('pinned for the first time', pushed.hydrated)
  tell(paint('yellow', 'drifted'), pushed.dirtied, ', see driftpin drift')
  tell('what they are pinned to again', pushed.settled)
  if (agent.chats === 0) console.log('No chat is bound to this agent.')
}

function tell(what: string, chats: readonly ChatRef[], more = ''): void {
  if (chats.length > 0) console.log(`${what}: ${countNoun(chats.length, 'chat')}${more}`)
}
