import { expect, test } from 'vitest'
import { type Harness, openHarness, type PlainTestDatabase } from '../../src/harness/index.js'

/** What the databases of a harness are set to, each setting as it is shown and in its own unit. */
async function settingsOf(harness: Harness<PlainTestDatabase>) {
  await using db = await harness.createDatabase()
  const { rows } = await db.query<{ name: string; shown: string; plain: string }>(
    'SELECT name, current_setting(name) AS shown, setting AS plain FROM pg_settings ORDER BY name',
  )
  return new Map(rows.map(({ name, shown, plain }) => [name, [shown, plain]]))
}

/** The settings that a harness names with a value that its databases have not. */
function wrongOf(
  { settings }: Harness<PlainTestDatabase>,
  found: Awaited<ReturnType<typeof settingsOf>>,
) {
  return Object.entries(settings).filter(
    ([name, value]) => !found.get(name)?.includes(value === 'false' ? 'off' : value),
  )
}

test('what a harness says of its settings is so, with images and without', async () => {
  await using harness = await openHarness({ migrations: false })
  await using plain = await openHarness({ migrations: false, images: false })
  const small = await settingsOf(harness)
  const usual = await settingsOf(plain)
  expect(wrongOf(harness, small)).toEqual([])
  expect(wrongOf(plain, usual)).toEqual([])
  // The small ones are not those of PGlite, and only the databases from images have them.
  expect(wrongOf(harness, usual).map(([name]) => name)).toContain('shared_buffers')
  expect(plain.settings).not.toHaveProperty('shared_buffers')
  expect(harness.settings).toMatchObject(plain.settings)
})
