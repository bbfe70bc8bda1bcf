import { expect, test } from 'vitest'
import { drawRooms } from '../../scripts/draw-rooms.js'
import { parseSource } from '../../scripts/import-graph.js'

const door = (name: string, text = '') =>
  parseSource(`src/${name}/index.ts`, `/**\n * About ${name}.\n */\n\n${text}`)

test('each folder is drawn above those that it imports, with lines to the nearest', () => {
  const files = [
    door('low'),
    door('middle', "import '../low/index.js'"),
    door('high', "import '../middle/index.js'\nimport '../low/index.js'"),
  ]
  const drawing = drawRooms(files, 'npm run generate')
  const lineOf = (name: string) => Number(new RegExp(`y="(\\d+)"[^>]*>${name}<`).exec(drawing)![1])
  expect(lineOf('high')).toBeLessThan(lineOf('middle'))
  expect(lineOf('middle')).toBeLessThan(lineOf('low'))
  expect(drawing.match(/marker-end/g)).toHaveLength(2)
  expect(drawing).toContain('high imports low, middle.')
  expect(drawing).toContain('>About middle.<')
})

test('a folder whose index.ts does not say what it is for is an error', () => {
  const silent = parseSource('src/silent/index.ts', 'export const a = 1\n')
  expect(() => drawRooms([silent], '')).toThrow('src/silent')
})
