import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type ConformanceEngine, openAt } from './engine.js'
import type { Hostility } from './hostilities.js'

/**
 * A new database that is as hostile as it is told, for a role that owns nothing in it: what the
 * role makes is all that it has. The database stays until its server is stopped.
 */
export async function openHostile(
  url: string,
  hostilities: readonly Hostility[],
): Promise<ConformanceEngine> {
  const name = `hostile_${randomBytes(6).toString('hex')}`
  const password = randomBytes(12).toString('hex')
  const own = new URL(url)
  own.pathname = `/${name}`
  const creation = hostilities.map((one) => one.creation ?? '').join(' ')
  await ask(url, `CREATE DATABASE ${name} ${creation}`)
  await ask(url, `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
  await ask(url, `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  await ask(url, `GRANT CONNECT, CREATE ON DATABASE ${name} TO ${name}`)
  await ask(own.href, 'REVOKE ALL ON SCHEMA public FROM PUBLIC')
  for (const { script } of hostilities) if (script) await ask(own.href, script)
  // Last, so that they are not in the way of what makes them.
  for (const { settings = {} } of hostilities) {
    for (const [setting, value] of Object.entries(settings)) {
      const quoted = setting === 'search_path' && value !== '' ? value : `'${value}'`
      await ask(url, `ALTER DATABASE ${name} SET ${setting} = ${quoted}`)
    }
  }
  own.username = name
  own.password = password
  return openAt(own.href)
}

async function ask(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
