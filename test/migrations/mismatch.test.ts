import { describe, expect, test } from 'vitest'
import { digestRows, readCatalog } from '../../src/catalog/index.js'
import { createMigrator, type Database, type ErrorCode } from '../../src/index.js'
import { type MigrationFile, parseMigrations } from '../../src/migrations/parse-migrations.js'
import { engineNames, useEngine } from '../support/engines.js'

/** Pairs by number and name; each makes a table of its name. */
function files(...names: string[]): MigrationFile[] {
  return names.flatMap((name) => [
    { file: `${name}.up.sql`, text: `-- Makes it.\nCREATE TABLE "${name}" (n int);\n` },
    { file: `${name}.down.sql`, text: `DROP TABLE "${name}";\n` },
  ])
}

const edit = (change: (file: MigrationFile) => string) => (file: MigrationFile) => ({
  ...file,
  text: change(file),
})

const deployed = files('001_one', '002_two', '003_three')
const second = ({ file }: MigrationFile) => file.startsWith('002_')

const mismatches: {
  what: string
  now: MigrationFile[]
  code: ErrorCode
  says: string[]
  states: string[]
}[] = [
  {
    what: 'an edited up file',
    now: deployed.map(edit((one) => (one.file === '002_two.up.sql' ? `${one.text}--` : one.text))),
    code: 'migration_edited',
    says: ['002_two.up.sql was changed after it was applied', 'in a new migration'],
    states: ['applied', 'edited', 'applied'],
  },
  {
    what: 'an edited down file',
    now: deployed.map(
      edit((one) => (one.file === '002_two.down.sql' ? `${one.text}--` : one.text)),
    ),
    code: 'migration_edited',
    says: ['002_two.up.sql was changed'],
    states: ['applied', 'edited', 'applied'],
  },
  {
    what: 'a renamed migration',
    now: deployed.map((one) => ({ ...one, file: one.file.replace('002_two', '002_deux') })),
    code: 'migration_edited',
    says: ['002_deux.up.sql'],
    states: ['applied', 'edited', 'applied'],
  },
  {
    what: 'an older number added later',
    now: files('001_one', '002_two', '003_three').map((one) =>
      second(one) ? { ...one, file: one.file.replace('002', '004') } : one,
    ),
    code: 'migration_gap',
    says: ['migration 2 (two)', 'its file is missing here. Restore the file.'],
    states: ['applied', 'unknown', 'applied', 'pending'],
  },
  {
    what: 'a file that is gone',
    now: deployed.filter((one) => !second(one)),
    code: 'migration_gap',
    says: ['migration 2 (two)', 'Restore the file.'],
    states: ['applied', 'unknown', 'applied'],
  },
  {
    what: 'a database newer than the code',
    now: deployed.slice(0, 4),
    code: 'migration_unknown',
    says: [
      'The database is newer than this code',
      'migration 3 (three)',
      'the newest file here is number 2',
    ],
    states: ['applied', 'applied', 'unknown'],
  },
  {
    what: 'no files at all',
    now: [],
    code: 'migration_unknown',
    says: ['The database is newer than this code'],
    states: ['unknown', 'unknown', 'unknown'],
  },
]

describe.each(engineNames)('a database that the folder does not explain, on %s', (name) => {
  const engine = useEngine(name)
  let schemas = 0
  async function deploy(of = deployed): Promise<Database> {
    schemas += 1
    const database = engine.database(`mismatch ${schemas}`)
    await createMigrator(database, { migrations: parseMigrations(of) }).up()
    return database
  }

  test.each(mismatches)(
    '$what is refused by everything but status, and changes nothing',
    async (one) => {
      const database = await deploy()
      const migrator = createMigrator(database, { migrations: parseMigrations(one.now) })
      const before = [await digestRows(database), await readCatalog(database)]
      for (const refused of [
        () => migrator.up(),
        () => migrator.down(),
        () => migrator.to(0),
        () => migrator.plan(),
      ]) {
        const error = await refused().catch((error) => error)
        expect(error).toMatchObject({ name: 'DriftpinError', code: one.code })
        for (const part of one.says) expect(error.message).toContain(part)
        expect(error.cause).toBeTruthy()
      }
      expect((await migrator.status()).map(({ state }) => state)).toEqual(one.states)
      expect([await digestRows(database), await readCatalog(database)]).toEqual(before)
    },
  )

  test('a number between applied ones that never was applied is a gap', async () => {
    const database = await deploy(files('001_one', '003_three'))
    const migrator = createMigrator(database, { migrations: parseMigrations(deployed) })
    const error = await migrator.up().catch((error) => error)
    expect(error).toMatchObject({ code: 'migration_gap' })
    expect(error.message).toContain('002_two.up.sql was never applied, but 003_three.up.sql')
    expect(error.message).toContain('Give it a number after the newest one')
    expect((await migrator.status()).map(({ state }) => state)).toEqual([
      'applied',
      'pending',
      'applied',
    ])
  })

  test('line ends, a byte order mark and more zeros in the number are no edits', async () => {
    const database = await deploy()
    const same = deployed
      .map(edit(({ text }) => `\uFEFF${text.replaceAll('\n', '\r\n')}`))
      .map((one) => ({ ...one, file: `000${one.file}` }))
    const migrator = createMigrator(database, { migrations: parseMigrations(same) })
    expect(await migrator.up()).toEqual([])
    expect(await migrator.to(0)).toHaveLength(3)
  })

  test('to(0) of a forward-only set is refused before anything ran', async () => {
    const mixed = deployed.filter(({ file }) => file !== '001_one.down.sql')
    schemas += 1
    const database = engine.database(`mismatch ${schemas}`)
    const migrations = parseMigrations(mixed, { forwardOnly: true })
    const ran: string[] = []
    const onStep = ({ file }: { file: string }) => ran.push(file)
    const migrator = createMigrator(database, { migrations, onStep })
    await migrator.up()
    ran.length = 0
    for (const refused of [() => migrator.to(0), () => migrator.plan(0)]) {
      const error = await refused().catch((error) => error)
      expect(error).toMatchObject({ code: 'migration_incomplete' })
      expect(error.message).toContain('001_one.up.sql has no down file')
    }
    expect(ran).toEqual([])
    expect((await migrator.status()).every(({ state }) => state === 'applied')).toBe(true)
    expect(await migrator.down({ steps: 2 })).toHaveLength(2)
  })
})
