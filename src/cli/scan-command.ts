import { Command } from 'commander'
import { scan } from '../scan/index.js'
import { humanSize } from './human-size.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'
import { renderTable } from './render-table.js'
import { renderTrouble, resourceTable } from './resource-table.js'

/** `driftpin scan DIR`. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('show what an agent finds in a directory')
    .argument('<dir>', 'the directory to scan')
    .option('--root-name <name>', 'how to present the directory; its path by default')
    .option('--json', 'print JSON, with hashes in hexadecimal')
    .action(async (directory: string, options: { rootName?: string; json?: boolean }) => {
      const { rootName } = options
      const found = await scan(directory, rootName === undefined ? {} : { rootName })
      if (options.json) {
        printJson(found)
        return
      }
      if (found.resources.length === 0) {
        console.log('An agent finds nothing here: no AGENTS.md, CLAUDE.md, .cursorrules, .mcp.json')
        console.log('and no skills/NAME/SKILL.md.')
        return
      }
      console.log(renderTable(resourceTable(found.resources, found.rootName)))
      const trouble = renderTrouble(found.resources, found.rootName)
      if (trouble) console.log(trouble)
      const bytes = found.resources.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
      const hash = Buffer.from(found.aggregateHash).toString('hex')
      console.log(`\n${found.resources.length} resources, ${humanSize(bytes)}`)
      console.log(`aggregate hash ${paint('bold', hash)}`)
      if (found.snapshotError) console.log(printable(found.snapshotError))
    })
    .addHelpText('after', '\nExample:\n  driftpin scan . --json | jq -r .aggregateHash')
}
