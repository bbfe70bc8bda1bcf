import { expect, test } from 'vitest'
import { findCycles, parseSource } from '../../scripts/import-graph.js'

test('imports of every form are read, each once', () => {
  const { imports } = parseSource(
    'src/context/push.ts',
    [
      "import { limits } from '../schema/index.js'",
      "import type { Row } from '../schema/index.js'",
      "export { run } from './run.js'",
      "const load = () => import('../cli/main.js')",
      "import { readFile } from 'node:fs'",
    ].join('\n'),
  )
  expect(imports).toEqual(['src/schema/index.ts', 'src/context/run.ts', 'src/cli/main.ts'])
})

test('lines of code are those that are neither blank nor only a comment', () => {
  const text = "/** Adds.\n */\nexport const a = 1 // one\n\n// two\nexport const b = '// no'\n"
  const { codeLines, commentLines, exports } = parseSource('src/a.ts', text)
  expect({ codeLines, commentLines, exports }).toEqual({
    codeLines: 2,
    commentLines: 3,
    exports: ['a', 'b'],
  })
})

test('files that reach each other are one cycle, and a file that reaches one is in none', () => {
  const files = [
    parseSource('src/a.ts', "import './b.js'"),
    parseSource('src/b.ts', "import type { C } from './c.js'"),
    parseSource('src/c.ts', "import './a.js'"),
    parseSource('src/d.ts', "import './a.js'"),
  ]
  expect(findCycles(files)).toEqual([['src/a.ts', 'src/b.ts', 'src/c.ts']])
})

test('a file that does not parse is an error', () => {
  expect(() => parseSource('src/a.ts', 'const = 1')).toThrow('src/a.ts')
})
