import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, expect, inject, test } from 'vitest'
import { createMigrator, fromPg } from '../../src/index.js'
import { needPrograms } from '../support/programs.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { gitProject } from '../workbench/git-project.js'
import { readme, repository } from './run-fence.js'

beforeAll(() => needPrograms('psql'))

/** What cannot be run here, and where it is. */
const elsewhere: Record<string, string> = {
  'npm install driftpin': 'test/package installs the package',
  'npm install --save-dev vitest fast-check': 'test/package installs vitest beside it',
  'npm install && npm start': 'test/cli runs the demo',
  'npm install && npm test': 'this run is a part of it',
}

const lines = [...readme.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, text]) => text!.trimEnd().split('\n'))
  .map((line) => line.replace(/ +# .*$/, ''))

/** A project on a branch that has a migration with the number of one of its base. */
async function openProject(): Promise<string> {
  const { root, write, commit, git } = await gitProject()
  const files = (label: string, table: string) => ({
    [`${label}.up.sql`]: `CREATE TABLE ${table} (id int CONSTRAINT ${table}_pkey PRIMARY KEY);\n`,
    [`${label}.down.sql`]: `-- destroys: ${table}, all of it\nDROP TABLE ${table};\n`,
    [`fixtures/${label}.sql`]: `INSERT INTO ${table} VALUES (1);\n`,
  })
  await write(files('000001_create_users', 'users'))
  await commit('base')
  await git('checkout', '-q', '-b', 'feature')
  await write(files('000002_create_plans', 'plans'))
  await commit('plans')
  await git('checkout', '-q', 'main')
  await write(files('000002_create_teams', 'teams'))
  await commit('teams')
  await git('checkout', '-q', 'feature')
  await writeFile(join(root, 'db/seed.sql'), 'INSERT INTO users VALUES (2);\n')
  return root
}

/** A home with a project to watch, and a folder of programs in which npx runs what was built. */
async function openHome(): Promise<{ home: string; bin: string }> {
  const home = await temporaryFolder()
  await mkdir(join(home, 'src/shop'), { recursive: true })
  await writeFile(join(home, 'src/shop/AGENTS.md'), '# Shop\n')
  const bin = join(home, 'bin')
  await mkdir(bin)
  const main = join(repository, 'dist/cli/main.js')
  const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' --liftoff-only '${main}' "$@"\n`
  await writeFile(join(bin, 'npx'), npx)
  await chmod(join(bin, 'npx'), 0o755)
  return { home, bin }
}

/** Runs a line that serves until it is stopped, and stops it when it is ready. */
async function runUntilReady(line: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn('bash', ['-c', `exec ${line}`], { cwd, env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      // Told twice, it would not take the time to end well.
      if (!child.killed && output.includes('Ctrl-C')) child.kill('SIGTERM')
    })
  }
  const [code] = await once(child, 'close')
  return { code, stdout: output }
}

test('every command line of the README does what it says, one after the other', async () => {
  const url = new URL(inject('servers').at(-1)!.url)
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query('CREATE DATABASE readme')
  await admin.query('CREATE ROLE chat_app; CREATE ROLE chat_retention')
  url.pathname = '/readme'
  const { home, bin } = await openHome()
  const env = {
    ...{ HOME: home, PATH: `${bin}:${process.env.PATH}`, DATABASE_URL: url.href },
    ...{ PGHOST: url.hostname, PGPORT: url.port, PGUSER: url.username, PGDATABASE: 'readme' },
    PGPASSWORD: url.password,
  }
  // The lines about a server are before the one that migrates it, as in a project that runs.
  const pool = new pg.Pool({ connectionString: url.href })
  await createMigrator(fromPg(pool, { schema: 'chat' })).up()
  await pool.end()
  const project = await openProject()
  try {
    for (const line of lines.filter((line) => !(line in elsewhere))) {
      const { code, stdout } = / dev\b/.test(line)
        ? await runUntilReady(line, project, env)
        : await run('bash', ['-o', 'pipefail', '-c', `{ ${line}; } 2>&1`], { cwd: project, env })
      expect(code, `${line}\n${stdout}`).toBe(0)
    }
  } finally {
    await admin.query('DROP DATABASE readme WITH (FORCE)')
    await admin.query('DROP ROLE chat_app; DROP ROLE chat_retention')
    await admin.end()
  }
})

test('what is run elsewhere is in the README', () => {
  for (const line of Object.keys(elsewhere)) expect(lines).toContain(line)
})
