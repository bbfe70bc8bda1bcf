import { randomBytes } from 'node:crypto'
import { queryOnce } from '../support/query-once.js'
import { urlWith } from '../support/url-with.js'
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
  const own = urlWith(url, { pathname: `/${name}` })
  const creation = hostilities.map((one) => one.creation ?? '').join(' ')
  await queryOnce(url, `CREATE DATABASE ${name} ${creation}`)
  await queryOnce(url, `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
  await queryOnce(url, `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  await queryOnce(url, `GRANT CONNECT, CREATE ON DATABASE ${name} TO ${name}`)
  await queryOnce(own, 'REVOKE ALL ON SCHEMA public FROM PUBLIC')
  for (const { script } of hostilities) if (script) await queryOnce(own, script)
  // Last, so that they are not in the way of what makes them.
  for (const { settings = {} } of hostilities) {
    for (const [setting, value] of Object.entries(settings)) {
      const quoted = setting === 'search_path' && value !== '' ? value : `'${value}'`
      await queryOnce(url, `ALTER DATABASE ${name} SET ${setting} = ${quoted}`)
    }
  }
  return openAt(urlWith(own, { username: name, password }))
}
