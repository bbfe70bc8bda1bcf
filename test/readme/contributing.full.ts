import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMigrations } from '../../src/index.js'
import { assertHistories } from '../../src/laws/index.js'
import { lintMigrations, verifyMigrations } from '../../src/workbench/index.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { repository } from './run-fence.js'

test('the migration that CONTRIBUTING walks through is made, proven and clean', async () => {
  const folder = await temporaryFolder()
  await cp(join(repository, 'src/migrations/sql'), folder, { recursive: true })
  const guide = await readFile(join(repository, 'CONTRIBUTING.md'), 'utf8')
  const [up, fixture] = [...guide.matchAll(/^ *```sql\n(.*?)^ *```/gms)].map(([, sql]) => sql!)
  const [, note] = /`(-- destroys: [^`]+)`/.exec(guide)!
  const [, down] = /`(DROP TABLE [^`]+)`/.exec(guide)!

  const [, name] = /migrate new (\w+)/.exec(guide)!
  const { code, stdout } = await driftpin(['migrate', 'new', name!, '--migrations', folder])
  expect({ code, stdout }).toMatchObject({ code: 0 })
  const [, label] = /(\d+_\w+)\.up\.sql/.exec(stdout)!
  expect(guide).toContain(`${label}.up.sql`)
  await writeFile(join(folder, `${label}.up.sql`), up!)
  await writeFile(join(folder, `${label}.down.sql`), `${note!.replaceAll(/\s+/g, ' ')}\n${down}\n`)
  await writeFile(join(folder, `fixtures/${label}.sql`), fixture!)

  await assertHistories({
    migrations: await readMigrations(folder),
    seed: 1,
    runs: 5,
    evidence: folder,
  })
  expect(await verifyMigrations({ migrations: folder })).toMatchObject({ findings: [] })
  expect(await lintMigrations({ migrations: folder, owners: ['chats'] })).toMatchObject({
    findings: [],
  })
})
