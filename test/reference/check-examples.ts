import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../support/run-command.js'
import { type Documented, repository } from './read-pages.js'

/** What a page does not declare and an example may use, by the names that the pages agree on. */
const surroundings = await readFile(new URL('surroundings.d.ts', import.meta.url), 'utf8')

/** Packages that an example need not import, by the name that everybody gives them. */
const packages: Readonly<Record<string, string>> = {
  assert: "import assert from 'node:assert'",
  createServer: "import { createServer } from 'node:http'",
  defineConfig: "import { defineConfig } from 'vitest/config'",
  fc: "import fc from 'fast-check'",
  Kysely: "import { Kysely } from 'kysely'",
  pg: "import pg from 'pg'",
  PGlite: "import { PGlite } from '@electric-sql/pglite'",
  pg_trgm: "import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'",
  PostgresDialect: "import { PostgresDialect } from 'kysely'",
  test: "import { test } from 'vitest'",
}

/** An example as a module: with the names of its page and of driftpin, and free to await. */
function moduleOf(code: string, entry: string, names: ReadonlyMap<string, string>): string {
  const imports = [...code.matchAll(/^import .*?from '.*?'\n/gms)].map(([text]) => text)
  const body = imports.reduce((text, one) => text.replace(one, ''), code)
  const known = imports.join('')
  const used = new Set(body.match(/[A-Za-z_$][\w$]*/g))
  const given = [...used].flatMap((name) => {
    const isDeclared = new RegExp(`\\b(const|function|class|interface|type) ${name}\\b`).test(body)
    if (isDeclared || new RegExp(`\\b${name}\\b`).test(known)) return []
    if (Object.hasOwn(packages, name)) return [`${packages[name]}\n`]
    const entries = [entry, 'driftpin', ...new Set(names.values())]
    const from = entries.find((one) => names.has(`${one} ${name}`))
    return from && name !== 'default' ? [`import { ${name} } from '${from}'\n`] : []
  })
  const lines = body
    .replaceAll(/^export (?=const|function|async|class)/gm, '')
    .replace(/^export default /m, 'return ')
  return `${known}${given.join('')}export async function example() {\n${lines}}\n`
}

/**
 * Type-checks examples, all in one run, and returns what the compiler says, by entry and name.
 *
 * @param known All names that examples may use without importing them.
 */
export async function checkExamples(
  documented: readonly Documented[],
  known: readonly Documented[] = documented,
): Promise<string[]> {
  const names = new Map(known.map(({ entry, name }) => [`${entry} ${name}`, entry]))
  await mkdir(join(repository, '.driftpin'), { recursive: true })
  const folder = await mkdtemp(join(repository, '.driftpin/examples-'))
  try {
    const places = new Map<string, string>()
    for (const { entry, name, examples, others } of documented) {
      for (const code of [...examples, ...others]) {
        const file = `example-${places.size + 1}.ts`
        places.set(file, `${entry} ${name}`)
        await writeFile(join(folder, file), moduleOf(code, entry, names))
      }
    }
    await writeFile(join(folder, 'surroundings.d.ts'), surroundings)
    const compilerOptions = {
      ...{ noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false },
      // As a user has it: the package by its own name, as it was built.
      paths: {},
    }
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false', '-p', folder], {
      cwd: folder,
    })
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^(\S+?\.ts)\(\d+,\d+\)/, (_, file) => places.get(file) ?? file))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
