import { beforeAll, describe, expect, test } from 'vitest'
import { createTextComparison } from '../../src/context/text-hunks.js'
import { type Database, diff, push } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makePinned } from './make-pinned.js'
import { makeFile, makeSkill } from './make-resources.js'

const numbered = (count: number, tag: string) =>
  Array.from({ length: count }, (_, n) => `${tag} ${n}\n`).join('')

describe.each(engineNames)('the lines of a diff on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('are those that differ, with three lines around them', async () => {
    const lines = Array.from({ length: 20 }, (_, n) => `${n + 1}`)
    const before = `${lines.join('\n')}\n`
    const after = before.replace('\n5\n', '\nfive\r\n').replace('\n19\n20\n', '\n19\n20')
    const { chatId, agentId } = await makePinned(database, [
      ...[makeFile('/a', before), makeFile('/b', 'x\n'), makeFile('/c', 'x\n')],
      ...[makeFile('/d', ''), makeSkill('tides'), makeFile('/e', 'same')],
      makeFile('/g', 'x', { kind: 'mcp_config', body: {} }),
    ])
    const meta = btoa('---\nname: tides\nnew: true\n---\n')
    const live = [
      ...[makeFile('/a', after), makeFile('/b', ''), makeFile('/d', 'new\n')],
      makeFile('/c', 'x\n', { body: { content: '/w==' }, contentHash: '01' }),
      makeSkill('tides', { body: { name: 'tides', meta }, contentHash: '02' }),
      makeFile('/e', 'same', { sizeBytes: 9 }),
      makeFile('/g', 'y', { kind: 'mcp_config', body: {} }),
    ]
    await push(database, { agentId, version: 2, resources: live })
    const found = await diff(database, { chatId })
    expect(JSON.parse(JSON.stringify(found))).toStrictEqual(found)
    expect(found.modified.map(({ tools }) => tools).filter((tools) => tools !== null)).toEqual([])
    const hunks = found.modified.map((one) => [one.source, one.hunks])
    expect(Object.fromEntries(hunks)).toStrictEqual({
      '/a': [
        {
          ...{ pinnedStart: 2, pinnedLines: 7, liveStart: 2, liveLines: 7 },
          lines: [' 2', ' 3', ' 4', '-5', '+five\r', ' 6', ' 7', ' 8'],
        },
        {
          ...{ pinnedStart: 17, pinnedLines: 4, liveStart: 17, liveLines: 4 },
          lines: [' 17', ' 18', ' 19', '-20', '+20', '\\ No newline at end of file'],
        },
      ],
      '/b': [{ pinnedStart: 1, pinnedLines: 1, liveStart: 0, liveLines: 0, lines: ['-x'] }],
      '/c': null,
      '/d': [{ pinnedStart: 0, pinnedLines: 0, liveStart: 1, liveLines: 1, lines: ['+new'] }],
      '/e': [],
      '/g': null,
      '/shop/skills/tides/SKILL.md': [
        {
          ...{ pinnedStart: 1, pinnedLines: 3, liveStart: 1, liveLines: 4 },
          lines: [' ---', ' name: tides', '+new: true', ' ---'],
        },
      ],
    })
  })

  test('are not compared for texts that differ in more than 1000', async () => {
    const texts = (tag: string) => [
      makeFile('/few', numbered(500, tag)),
      makeFile('/many', `${numbered(500, tag)}${tag}\n`),
    ]
    const { chatId, agentId } = await makePinned(database, texts('a'))
    await push(database, { agentId, version: 2, resources: texts('b') })
    const { modified } = await diff(database, { chatId })
    expect(modified.map(({ hunks }) => hunks?.flatMap(({ lines }) => lines).length)).toStrictEqual([
      1000,
      undefined,
    ])
  })
})

describe('a comparison of the texts of one diff', () => {
  test('gives up after a number of lines, and never after a time', () => {
    const [one, other] = [numbered(500, 'a'), numbered(500, 'b')]
    const results = () => {
      const compare = createTextComparison()
      return Array.from({ length: 6 }, () => compare(one, other) !== null)
    }
    expect(results()).toStrictEqual([true, true, true, true, false, false])
    expect(results()).toStrictEqual(results())
  })

  test('that has given up still finds equal texts equal', () => {
    const compare = createTextComparison()
    for (let n = 0; n < 5; n++) compare(numbered(5000, 'a'), numbered(5000, 'b'))
    expect(compare('same\n', 'same\n')).toStrictEqual([])
    expect(compare('same\n', 'other\n')).toBeNull()
  })
})
