import { expect, test } from 'vitest'
import { drawSchema } from '../../scripts/draw-schema.js'
import { schemaManifest, tableNames } from '../../src/index.js'

const drawing = drawSchema(schemaManifest, 'npm run generate')
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length

test('every table is in the drawing, and every foreign key is a line of it', () => {
  for (const name of tableNames)
    expect(drawing).toContain(`font-weight="600" fill="#1f2328">${name}<`)
  const keys = schemaManifest.tables
    .flatMap(({ constraints }) => constraints)
    .filter(({ kind }) => kind === 'foreign key')
  const inLegend = 2
  expect(count(drawing, /marker-end=/g) - inLegend).toBe(keys.length)
})

test('a table that is new finds its place', () => {
  const pins = schemaManifest.tables.find(({ name }) => name === 'chat_messages')!
  const tables = [...schemaManifest.tables, { ...pins, name: 'chat_votes' }]
  expect(drawSchema({ ...schemaManifest, tables }, '')).toContain('>chat_votes<')
})

test('a key of the pins to an agent is refused', () => {
  const [key] = schemaManifest.tables
    .find(({ name }) => name === 'workspace_agent_context_resources')!
    .constraints.filter(({ kind }) => kind === 'foreign key')
  const tables = schemaManifest.tables.map((table) =>
    table.name === 'chat_context_resources'
      ? { ...table, constraints: [...table.constraints, key!] }
      : table,
  )
  expect(() => drawSchema({ ...schemaManifest, tables }, '')).toThrow('refers to chats alone')
})
