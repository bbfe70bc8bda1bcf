import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import {
  findStale,
  generateTruths,
  type StaleFile,
  type TruthName,
  truthNames,
  writeGenerated,
} from '../workbench/index.js'
import { exitCodes, UsageError } from './command-error.js'
import { helpText } from './options.js'
import { printable, printJson, say, shellWord } from './terminal.js'

interface GenerateCommandOptions {
  readonly out: string
  readonly schema: string
  readonly owner: readonly string[]
  readonly only?: readonly TruthName[]
  readonly check?: boolean
  readonly json?: boolean
}

function namesOf(text: string): TruthName[] {
  const words = text.split(',').map((word) => word.trim())
  const isName = (word: string): word is TruthName => truthNames.some((name) => name === word)
  if (words.every(isName)) return words
  throw new InvalidArgumentError(
    `Name one or more of ${truthNames.join(', ')}, separated by commas.`,
  )
}

/** `driftpin generate`: schema, manifest and types from a folder of migrations. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('generate schema.sql, manifest.json and tables.ts from migrations')
    .argument('[dir]', "a folder of migrations (default: driftpin's own)")
    .requiredOption('--out <folder>', 'the folder for the files')
    .option('--schema <name>', 'the schema for manifest and types', 'public')
    .option(
      '--owner <table>',
      'list the tables whose rows are deleted with a row of this one; can be repeated',
      (table: string, before: readonly string[]) => [...before, table],
      [],
    )
    .option('--only <names>', `one or more of ${truthNames.join(', ')}`, namesOf)
    .option('--check', 'write nothing, and fail if a file is stale')
    .option('--json', 'print JSON')
    .action(generate)
    .addHelpText(
      'after',
      helpText([
        'driftpin generate db/migrations --out db/generated',
        'driftpin generate db/migrations --out db/generated --owner users',
        'driftpin generate db/migrations --out db/generated --check    # in CI',
        'driftpin generate db/migrations --out src/db --only types',
      ]),
    )
}

async function generate(dir: string | undefined, options: GenerateCommandOptions) {
  const { out, schema, owner, only, check, json } = options
  if (dir !== undefined && resolve(dir) === resolve(out)) {
    throw new UsageError(
      '--out is the folder of the migrations, where schema.sql would count as a migration. Name ' +
        'another folder.',
    )
  }
  const files = await generateTruths({
    migrations: dir,
    only,
    schema,
    owners: owner,
  })
  if (check) {
    report(await findStale(out, files), dir, options)
    return
  }
  const written = await writeGenerated(out, files)
  if (json) printJson({ written })
  else if (written.length === 0) console.log('Nothing has changed.')
  else for (const file of written) console.log(`wrote ${file}`)
}

function report(
  stale: readonly StaleFile[],
  dir: string | undefined,
  options: GenerateCommandOptions,
): void {
  if (stale.length > 0) process.exitCode = exitCodes.failed
  const command = commandOf(dir, options)
  if (options.json) {
    printJson({ stale, command })
    return
  }
  for (const { file, diff } of stale) {
    console.log(`${file} is ${diff.length === 0 ? 'missing' : 'stale'}.`)
    for (const line of diff) console.log(`  ${printable(line)}`)
  }
  if (stale.length > 0) say(`Run: ${command}`)
  else console.log('Everything is up to date.')
}

/** The command that generates the files again. */
function commandOf(dir: string | undefined, options: GenerateCommandOptions): string {
  const words = [
    ...(dir === undefined ? [] : [dir]),
    '--out',
    options.out,
    ...(options.schema === 'public' ? [] : ['--schema', options.schema]),
    ...options.owner.flatMap((owner) => ['--owner', owner]),
    ...(options.only ? ['--only', options.only.join(',')] : []),
  ]
  return `driftpin generate ${words.map(shellWord).join(' ')}`
}
