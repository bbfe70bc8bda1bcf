import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import {
  findStale,
  generateTarget,
  generateTruths,
  type StaleFile,
  type TargetName,
  type TruthName,
  targetNames,
  truthNames,
  writeGenerated,
} from '../workbench/index.js'
import { exitCodes, UsageError } from './command-error.js'
import { type CommandResult, defineCommand } from './define-command.js'
import { printable, say, shellWord } from './terminal.js'

function namesOf(text: string): TruthName[] {
  const words = text.split(',').map((word) => word.trim())
  const isName = (word: string): word is TruthName => truthNames.some((name) => name === word)
  if (words.every(isName)) return words
  throw new InvalidArgumentError(
    `Name one or more of ${truthNames.join(', ')}, separated by commas.`,
  )
}

function targetOf(text: string): TargetName {
  const target = targetNames.find((name) => name === text)
  if (target !== undefined) return target
  throw new InvalidArgumentError(`Name one of ${targetNames.join(', ')}.`)
}

/** `driftpin generate`: schema, manifest and types from a folder of migrations. */
export const generateCommand = defineCommand({
  name: 'generate',
  description: 'generate schema.sql, manifest.json and tables.ts, or a schema of Drizzle or Prisma',
  options: (command) =>
    command
      .argument('[dir]', "a folder of migrations (default: driftpin's own)")
      .requiredOption('--out <folder>', 'the folder for the files')
      .option('--schema <name>', 'the schema for manifest and types (default: public)')
      .option(
        '--owner <table>',
        'list the tables whose rows are deleted with a row of this one; can be repeated',
        (table: string, before: readonly string[]) => [...before, table],
        [],
      )
      .option('--only <names>', `one or more of ${truthNames.join(', ')}`, namesOf)
      .option(
        '--target <tool>',
        `instead, a schema for ${targetNames.join(' or ')} of all schemas of the database`,
        targetOf,
      )
      .option('--check', 'write nothing, and fail if a file is stale')
      .option('--json', 'print JSON'),
  examples: [
    'driftpin generate db/migrations --out db/generated',
    'driftpin generate db/migrations --out db/generated --owner users',
    'driftpin generate db/migrations --out db/generated --check    # in CI',
    'driftpin generate db/migrations --out src/db --only types',
    'driftpin generate db/migrations --out src/db --target drizzle',
  ],
  run: async (dir, options) => {
    const { out, schema, owner: owners, only, target, check } = options
    if (dir !== undefined && resolve(dir) === resolve(out)) {
      throw new UsageError(
        '--out is the folder of the migrations, where schema.sql would count as a migration. Name ' +
          'another folder.',
      )
    }
    if (target !== undefined && (only || schema !== undefined || owners.length > 0)) {
      throw new UsageError(
        '--target writes one file about all schemas, so that --only, --schema and --owner have no ' +
          'meaning for it. Leave them out, or run generate twice.',
      )
    }
    const files =
      target === undefined
        ? await generateTruths({ migrations: dir, only, schema, owners })
        : await generateTarget(target, { migrations: dir })
    if (check) return report(await findStale(out, files), commandOf(dir, options))
    const written = await writeGenerated(out, files)
    const lines = written.map((file) => `wrote ${file}`)
    const text = () => console.log(lines.join('\n') || 'Nothing has changed.')
    return { json: { written }, text }
  },
})

function report(stale: readonly StaleFile[], command: string): CommandResult {
  if (stale.length > 0) process.exitCode = exitCodes.failed
  const text = () => {
    for (const { file, diff } of stale) {
      console.log(`${file} is ${diff.length === 0 ? 'missing' : 'stale'}.`)
      for (const line of diff) console.log(`  ${printable(line)}`)
    }
    if (stale.length > 0) say(`Run: ${command}`)
    else console.log('Everything is up to date.')
  }
  return { json: { stale, command }, text }
}

interface GenerateOptions {
  readonly out: string
  readonly schema?: string
  readonly owner: readonly string[]
  readonly only?: readonly TruthName[]
  readonly target?: TargetName
}

/** The command that generates the files again. */
function commandOf(
  dir: string | undefined,
  { out, schema, owner, only, target }: GenerateOptions,
): string {
  const words = [
    ...(dir === undefined ? [] : [dir]),
    '--out',
    out,
    ...(schema === undefined ? [] : ['--schema', schema]),
    ...owner.flatMap((table) => ['--owner', table]),
    ...(only ? ['--only', only.join(',')] : []),
    ...(target ? ['--target', target] : []),
  ]
  return `driftpin generate ${words.map(shellWord).join(' ')}`
}
