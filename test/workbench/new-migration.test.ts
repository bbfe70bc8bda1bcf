import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrateNewCommand } from '../../src/cli/migrate-command.js'
import { readMigrations } from '../../src/index.js'
import { newMigration } from '../../src/workbench/renumber/new-migration.js'
import { refusalOf } from '../cli/refusal-of.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const now = new Date('2026-03-04T05:06:07.890Z')

async function folderWith(...files: string[]): Promise<string> {
  const directory = await temporaryFolder()
  for (const file of files) await writeFile(join(directory, file), 'SELECT 1;')
  return directory
}

const pair = (label: string) => [`${label}.up.sql`, `${label}.down.sql`]

describe('the next migration', () => {
  test.each([
    ['six digits in an empty folder', [], '000001'],
    ['three digits', pair('007_six'), '008'],
    ['six digits', [...pair('000009_nine'), ...pair('000002_two')], '000010'],
    ['no zeros at all', pair('9_nine'), '10'],
    ['a digit more when they run out', pair('999_last'), '1000'],
    ['the time after times', pair('20260101120000_past'), '20260304050607'],
    ['the second after a time to come', pair('20261231235959_future'), '20270101000000'],
    ['the seconds since 1970', pair('1700000000_unix'), '1772600767'],
    [
      'the style of the newest',
      [...pair('003_old'), ...pair('20260101120000_new')],
      '20260304050607',
    ],
    ['fourteen digits that are no time', pair('10000000000000_odd'), '10000000000001'],
  ])('has %s', async (_, files, digits) => {
    const directory = await folderWith(...files)
    const made = await newMigration({ directory, name: 'add_titles', now })
    expect(made).toEqual([
      `${digits}_add_titles.up.sql`,
      `${digits}_add_titles.down.sql`,
      `fixtures/${digits}_add_titles.sql`,
    ])
    const migrations = await readMigrations(directory)
    expect(migrations.at(-1)).toMatchObject({ version: Number(digits), name: 'add_titles' })
    expect(await readFile(join(directory, made[2]!), 'utf8')).toContain(`${digits}_add_titles`)
  })

  test('follows two that have one number, since only names are looked at', async () => {
    const directory = await folderWith(...pair('000003_one'), ...pair('000003_other'))
    const [up] = await newMigration({ directory, name: 'next' })
    expect(up).toBe('000004_next.up.sql')
  })

  test('has no down file in a folder without any', async () => {
    const directory = await folderWith('001_one.up.sql', 'README.md')
    const made = await newMigration({ directory, name: 'two' })
    expect(made).toEqual(['002_two.up.sql', 'fixtures/002_two.sql'])
  })

  test('says in the first fixture of a folder what it changes, and nothing of it in the next', async () => {
    const directory = await folderWith(...pair('001_one'))
    const says = async (name: string) => {
      const [, , fixture] = await newMigration({ directory, name })
      return (await readFile(join(directory, fixture!), 'utf8')).includes('first fixture')
    }
    expect([await says('two'), await says('three')]).toEqual([true, false])
  })

  test('overwrites nothing, and leaves nothing when one of its files is there', async () => {
    const directory = await folderWith(...pair('001_one'))
    await mkdir(join(directory, 'fixtures'))
    await writeFile(join(directory, 'fixtures/002_two.sql'), 'mine')
    const error = await newMigration({ directory, name: 'two' }).catch((error) => error)
    expect(error).toMatchObject({ name: 'DriftpinError', code: 'invalid_input' })
    expect(error.message).toContain('002_two was not made')
    expect(await readFile(join(directory, 'fixtures/002_two.sql'), 'utf8')).toBe('mine')
    expect(await readdir(directory)).toEqual(['001_one.down.sql', '001_one.up.sql', 'fixtures'])
  })

  test.each([
    ['add titles', 'Use add_titles.'],
    ['Add-Titles!', 'Use add_titles.'],
    ['12_titles', 'Use titles.'],
    ['../../etc/passwd', 'Use etc_passwd.'],
    ['_', 'begins with a letter'],
    ['', 'letters, digits and '],
    ['t\u00eftel', 'Use t_tel.'],
    ['a'.repeat(101), 'at most 100'],
  ])('is refused the name %j', async (name, says) => {
    const directory = await folderWith()
    const error = await newMigration({ directory, name }).catch((error) => error)
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(says) })
    expect(await readdir(directory)).toEqual([])
  })

  test('needs a folder that is there', async () => {
    const directory = join(await folderWith('file'), 'file')
    for (const wrong of [directory, `${directory}-nowhere`]) {
      const refusal = await refusalOf(migrateNewCommand(), ['add_titles', '--migrations', wrong])
      expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringContaining(wrong) })
    }
  })
})
