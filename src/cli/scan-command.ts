import { Command } from 'commander'
import { scan } from '../scan/index.js'
import { helpText } from './options.js'
import { renderTrouble, resourceTable } from './resources.js'
import { renderTable } from './table.js'
import { countNoun, humanSize, paint, printable, printJson, say } from './terminal.js'

/** `driftpin scan DIR`. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('show what an agent would find in a directory')
    .argument('<dir>', 'the directory to scan')
    .option('--root-name <name>', 'the name of the directory in sources (default: its path)')
    .option('--json', 'print JSON, with hashes in hexadecimal')
    .action(async (directory: string, options: { rootName?: string; json?: boolean }) => {
      const { rootName } = options
      const found = await scan(directory, { rootName })
      if (options.json) {
        printJson(found)
        return
      }
      if (found.resources.length === 0) {
        say(
          'An agent would find nothing here: there is no AGENTS.md, CLAUDE.md, .cursorrules, ' +
            '.mcp.json or skills/NAME/SKILL.md.',
        )
        return
      }
      console.log(renderTable(resourceTable(found.resources, found.rootName)))
      const trouble = renderTrouble(found.resources, found.rootName)
      if (trouble) console.log(trouble)
      const bytes = found.resources.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
      const hash = Buffer.from(found.aggregateHash).toString('hex')
      console.log(`\n${countNoun(found.resources.length, 'resource')}, ${humanSize(bytes)}`)
      console.log(`aggregate hash ${paint('bold', hash)}`)
      if (found.snapshotError) say(printable(found.snapshotError))
    })
    .addHelpText('after', helpText(['driftpin scan . --json | jq -r .aggregateHash']))
}
