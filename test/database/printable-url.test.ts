import { expect, test } from 'vitest'
import { printableUrl } from '../../src/database/printable-url.js'

test.each([
  ['postgres://user:secret@host:5433/db', 'postgres://user@host:5433/db'],
  ['postgresql://user:secret@host/db?sslmode=require', 'postgresql://user@host/db?sslmode=require'],
  ['postgres://host/db?password=secret&user=a', 'postgres://host/db?user=a'],
  ['socket:/run/postgresql?db=shop&password=secret', 'socket:/run/postgresql?db=shop'],
])('%s is printed without its secret', (url, shown) => {
  expect(printableUrl(url)).toBe(shown)
})

test.each([
  'secret',
  'my:secret',
  'postgres:user:secret@host/db',
  'https://user:secret@host/',
  'postgres://user:sec/ret@host:port/db',
])('%s is no URL of a database, and may be a secret', (url) => {
  expect(printableUrl(url)).toBe('URL')
})
