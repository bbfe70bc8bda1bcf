import { expect, test } from 'vitest'
import { customNamesIn, mayChangeSession } from '../../src/connections/may-change-session.js'

test.each([
  'SET work_mem = 1',
  'select 1; set role app',
  '-- why\nSET role app',
  '/* why */ set role app',
  "SELECT set_config('a.b', '1', false)",
  'DO $$ BEGIN END $$',
])('%j may leave the session other than it was', (sql) => {
  expect(mayChangeSession(sql)).toBe(true)
})

test.each(['UPDATE boats\nSET name = $1', 'SET LOCAL work_mem = 1', 'SELECT 1\n-- SET role app\n'])(
  '%j does not',
  (sql) => {
    expect(mayChangeSession(sql)).toBe(false)
  },
)

test('of the names in a function those that it sets come before its columns', () => {
  const body = "BEGIN new.id := old.id; PERFORM set_config('App.Tenant', new.owner, false); END"
  expect(customNamesIn(`${body} SET app.mode = 1`)).toEqual([
    ...['app.tenant', 'app.mode', 'new.id', 'old.id', 'new.owner'],
  ])
})
