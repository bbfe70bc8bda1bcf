import { type ScanResult, scan } from '../scan/index.js'
import { aggregateHash, kindHashes } from '../schema/index.js'
import { defineCommand } from './define-command.js'
import { renderTrouble, resourceTable } from './resources.js'
import { renderTable } from './table.js'
import { countNoun, humanSize, paint, printable, say } from './terminal.js'

/** `driftpin scan DIR`. */
export const scanCommand = defineCommand({
  name: 'scan',
  description: 'show what an agent would find in a directory',
  options: (command) =>
    command
      .argument('<dir>', 'the directory to scan')
      .option('--root-name <name>', 'the name of the directory in sources (default: its path)')
      .option('--json', 'print JSON, with hashes in hexadecimal'),
  examples: ['driftpin scan . --json | jq -r .aggregateHash'],
  run: async (directory, { rootName }) => {
    const found = await scan(directory, { rootName })
    const hash = await aggregateHash(await kindHashes(found.resources))
    return { json: { ...found, aggregateHash: hash }, text: () => print(found, hash) }
  },
})

function print({ resources, rootName, snapshotError }: ScanResult, hash: string): void {
  if (resources.length === 0) {
    say(
      'An agent would find nothing here: there is no AGENTS.md, CLAUDE.md, .cursorrules, ' +
        '.mcp.json or skills/NAME/SKILL.md.',
    )
    return
  }
  console.log(renderTable(resourceTable(resources, rootName)))
  const trouble = renderTrouble(resources, rootName)
  if (trouble) console.log(trouble)
  const bytes = resources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  console.log(`\n${countNoun(resources.length, 'resource')}, ${humanSize(bytes)}`)
  console.log(`aggregate hash ${paint('bold', hash)}`)
  if (snapshotError) say(printable(snapshotError))
}
