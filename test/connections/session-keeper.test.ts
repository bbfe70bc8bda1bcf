import { expect, test } from 'vitest'
import { customNamesIn } from '../../src/pglite/sessions/session-keeper.js'

test('of the names in a function those that it sets come before its columns', () => {
  const body = "BEGIN new.id := old.id; PERFORM set_config('App.Tenant', new.owner, false); END"
  expect(customNamesIn(`${body} SET app.mode = 1`)).toEqual([
    ...['app.tenant', 'app.mode', 'new.id', 'old.id', 'new.owner'],
  ])
})
