import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { type Database, fromPg, push } from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { needPrograms } from '../support/programs.js'
import { run } from '../support/run-command.js'
import { serverUrl } from '../support/server-url.js'
import { startPgBouncer } from '../support/start-pgbouncer.js'
import { urlWith } from '../support/url-with.js'

/** A deployed database with an agent that has pushed, and users who log in as its roles. */
export interface RecipeGround extends AsyncDisposable {
  readonly database: Database
  readonly agentId: string
  readonly ownerId: string
  /** Whether the deployment said that it applied something. */
  readonly deployed: string
  /** Runs a recipe to its end, and answers what it printed. */
  run(recipe: string, ...args: string[]): Promise<{ code: number | null; stdout: string }>
  /** Starts one that goes on. Whoever starts it ends it. */
  start(recipe: string): ChildProcess
}

const argsOf = (recipe: string) => ['--import', 'tsx', `examples/recipes/${recipe}.ts`]
/** Without the path to the sources: as it was built when the run began, which starts faster. */
const built = { TSX_TSCONFIG_PATH: 'test/recipes/tsconfig.json' }

/** Deploys to a new database by the recipe, and makes what the others need. */
export async function openRecipeGround(major: number): Promise<RecipeGround> {
  const url = serverUrl(major)
  const id = randomBytes(4).toString('hex')
  const [name, app, retention] = [`recipes_${id}`, `app_${id}`, `retention_${id}`]
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  for (const role of [app, retention]) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`)
  const urlFor = (user?: string) =>
    urlWith(url, { pathname: `/${name}`, ...(user && { username: user, password: 'x' }) })
  const pool = new pg.Pool({ connectionString: urlFor(), max: 2 })
  // Dropping the database ends what is left of them.
  pool.on('error', () => {})
  const database = fromPg(pool, { schema: 'chat' })
  const direct = { DIRECT_DATABASE_URL: urlFor() }
  const { stdout: deployed, stderr } = await run(process.execPath, argsOf('deploy'), {
    env: { ...built, ...direct, APP_ROLE: app, RETENTION_ROLE: retention },
  })
  if (stderr !== '') throw new Error(`The deployment failed. ${stderr}`)
  await database.script(
    `CREATE TABLE tickets (title text NOT NULL, chat_id uuid); GRANT ALL ON tickets TO ${app}`,
  )
  const { agentId, ownerId } = await makeAgent(database)
  await push(database, { agentId, version: 1, resources: [makeFile('/shop/AGENTS.md')] })
  await needPrograms('pgbouncer')
  const user = { username: app, password: 'x' }
  const bouncer = await startPgBouncer(url, { serverConnections: 2, users: [user] })
  const databaseUrls: Record<string, string> = {
    'retention-job': urlFor(retention),
    'with-pooler': bouncer.urlOf(name, user),
  }
  const envOf = (recipe: string, agent: string) => ({
    ...built,
    ...{ OWNER_ID: ownerId, AGENT_ID: agent, PORT: '0', ...direct },
    DATABASE_URL: databaseUrls[recipe] ?? urlFor(app),
  })
  return {
    ...{ database, agentId, ownerId, deployed },
    run: (recipe, ...args) => {
      const agent = args.includes('no agent') ? randomUUID() : agentId
      const env = envOf(recipe, agent)
      return run(process.execPath, [...argsOf(recipe), ...args], { env })
    },
    start: (recipe) =>
      spawn(process.execPath, argsOf(recipe), {
        env: { ...process.env, ...envOf(recipe, agentId) },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    async [Symbol.asyncDispose]() {
      await bouncer[Symbol.asyncDispose]()
      await pool.end()
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.query(`DROP ROLE ${app}, ${retention}`)
      await admin.end()
    },
  }
}
