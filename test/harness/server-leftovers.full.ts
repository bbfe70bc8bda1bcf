import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { openHarness } from '../../src/harness/index.js'
import {
  databaseNames,
  keptText,
  lockOf,
  newWorker,
  templateText,
  unusedMsMax,
} from '../../src/harness/server/database-ownership.js'
import { serverMajors } from '../support/real-server.js'
import { urlWith } from '../support/url-with.js'
import { useSailor } from './use-sailor.js'

const hourMs = 60 * 60 * 1000
const sha = (digit: string) => digit.repeat(64)

describe.each(serverMajors)('the next harness on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  const sail = async () => (await openHarness({ server: sailor.url, migrations: false })).close()

  /** Makes a database as somebody before us did. */
  const plant = async (name: string, comment?: string) => {
    await sailor.admin.query(`CREATE DATABASE "${name}" OWNER ${sailor.name}`)
    if (comment) await sailor.admin.query(`COMMENT ON DATABASE "${name}" IS '${comment}'`)
    return name
  }
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

  test('drops what a worker that was killed left, and nothing of one that lives', async () => {
    const [dead, alive] = [newWorker(), newWorker()]
    // In another database than the harness is in, as two projects may name two.
    await plant('harbour')
    const worker = new pg.Client(urlWith(sailor.url, { pathname: '/harbour' }))
    await worker.connect()
    await worker.query('SELECT pg_advisory_lock($1::bigint)', [lockOf(alive)])
    const left = await plant(databaseNames.own(dead, 1))
    const used = await plant(databaseNames.own(alive, 1))
    await sail()
    const now = await sailor.databases()
    expect(now).toContain(used)
    expect(now).not.toContain(left)
    await worker.end()
    await sail()
    expect(await sailor.databases()).not.toContain(used)
  })

  test('leaves what somebody is connected to', async () => {
    const name = await plant(databaseNames.own(newWorker(), 3))
    const client = new pg.Client(urlWith(sailor.url, { pathname: `/${name}` }))
    await client.connect()
    await sail()
    expect(await sailor.databases()).toContain(name)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
    await sail()
    expect(await sailor.databases()).not.toContain(name)
  })

  test('drops what nobody used for a week, and not what somebody used', async () => {
    const [old, young] = [ago(unusedMsMax + hourMs), ago(unusedMsMax - hourMs)]
    const template = databaseNames.template
    const oldTemplate = await plant(template(sha('a')), `${templateText}, used ${old}`)
    const oldKept = await plant(databaseNames.kept('a', 'b'), `${keptText}: b, used ${old}`)
    const youngTemplate = await plant(template(sha('b')), `${templateText}, used ${young}`)
    const youngKept = await plant(databaseNames.kept('a', 'c'), `${keptText}: c, used ${young}`)
    await sail()
    const now = await sailor.databases()
    expect(now).toEqual(expect.arrayContaining([youngTemplate, youngKept]))
    expect(now).not.toContain(oldTemplate)
    expect(now).not.toContain(oldKept)
  })

  test('knows its own by their whole names and comments', async () => {
    const old = ago(unusedMsMax + hourMs)
    const others = [
      await plant(`${databaseNames.own(newWorker(), 1)}_mine`),
      await plant(`my_${databaseNames.own(newWorker(), 1)}`),
      await plant('driftpin_test_boats'),
      await plant(databaseNames.template(sha('c'))),
      await plant(databaseNames.template(sha('d')), `my template, used ${old}`),
      await plant(`${databaseNames.template(sha('e'))}0`, `${templateText}, used ${old}`),
      await plant(databaseNames.template(sha('f')), `${templateText}, used long ago`),
    ]
    await sail()
    expect(await sailor.databases()).toEqual(expect.arrayContaining(others))
  })

  test('uses a template that nobody used for long as one that was used today', async () => {
    await sail()
    const templates = (await sailor.databases()).filter(databaseNames.isTemplate)
    const comments = async () => {
      const { rows } = await sailor.admin.query<{ name: string; comment: string }>(
        `SELECT datname::text AS name, shobj_description(oid, 'pg_database') AS comment
         FROM pg_database WHERE datname = ANY($1) AND NOT datallowconn`,
        [templates],
      )
      return rows
    }
    const [{ name, comment }] = (await comments()) as [{ name: string; comment: string }]
    const then = `${templateText}, used ${ago(unusedMsMax - hourMs)}`
    await sailor.admin.query(`COMMENT ON DATABASE ${name} IS '${then}'`)
    await sail()
    const [after] = await comments()
    expect(comment.startsWith(templateText)).toBe(true)
    expect(after!.comment > comment).toBe(true)
  })
})
