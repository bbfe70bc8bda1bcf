import type { Rule } from '../rule.js'

/** The rooms of src, from the ground up. A room may import from those before it and from itself. */
const floors: readonly (readonly string[])[] = [
  ['errors.ts'],
  ['database'],
  ['schema'],
  ['migrations'],
  ['context', 'scan'],
  ['connections'],
  ['harness'],
  ['laws', 'workbench'],
  ['index.ts', 'connections.ts', 'harness.ts', 'laws.ts', 'scan.ts', 'workbench.ts'],
  ['cli'],
]

/** What a backend imports: no static Node module in there, no engine and no test tool. */
const portable = new Set(['database', 'schema', 'migrations', 'context'])
const heavy = /^(vitest|fast-check|@electric-sql\/.*|pg)$/

/** `import 'x'`, `import y from 'x'`, `export z from 'x'`, of types too, and `import('x')`. */
const statement = /^(?:import|export)\b(?:[^'"()]*?\bfrom)?\s*['"](.+?)['"]/gms
const call = /\bimport\(\s*['"](.+?)['"]\s*\)/g

const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room))

/**
 * The imports of one source file that go through a wall of the house, each with what is wrong.
 *
 * @param file The path below src, such as `context/push.ts`.
 */
function brokenWalls(file: string, text: string): string[] {
  const room = file.split('/')[0]!
  const floor = floorOf(room)
  if (floor < 0) return [`the room ${room} is not in the list of test/house`]
  const imports = [...text.matchAll(statement), ...text.matchAll(call)]
  return imports.flatMap(([whole, specifier]) => {
    if (specifier!.startsWith('.')) {
      const target = new URL(specifier!, `file:///${file}`).pathname
        .slice(1)
        .replace(/\.js$/, '.ts')
      const other = target.split('/')[0]!
      const sideways = other !== room && floorOf(other) === floor
      const upward = floorOf(other) > floor
      return upward || sideways ? [`imports ${target}, which is not below it`] : []
    }
    const isType = /^(?:import|export)\s+type\b/.test(whole!)
    if (!portable.has(room) || isType) return []
    if (specifier!.startsWith('node:')) {
      return [`imports ${specifier}; ask process.getBuiltinModule for it`]
    }
    return heavy.test(specifier!) ? [`imports ${specifier}; use a structural type`] : []
  })
}

const planted = [
  ['database/turn.ts', "import { push } from '../context/push.js'"],
  ['scan/scan.ts', "import {\n  push,\n} from '../context/push.js'"],
  ['migrations/ledger.ts', "import { readFile } from 'node:fs'"],
  ['context/push.ts', "import pg from 'pg'"],
  ['database/from-pglite.ts', "export { PGlite } from '@electric-sql/pglite'"],
  ['schema/row.ts', "import '../cli/main.js'"],
  ['schema/row.ts', "const run = () => import('../cli/main.js')"],
  ['schema/row.ts', "import type { Push } from '../context/push.js'"],
  ['scan/scan.ts', "export type { Push } from '../context/push.js'"],
  ['attic/box.ts', ''],
] as const

export const walls: Rule = {
  name: 'an import goes through a wall',
  instead: 'Move what is shared to the room below, or take it as a parameter.',
  applies: (file) => file.startsWith('src/') && file.endsWith('.ts'),
  find: ({ file, text }) => brokenWalls(file.replace('src/', ''), text),
  planted: planted.map(([file, text]) => ({ file: `src/${file}`, text })),
  fine: [
    { file: 'src/context/push.ts', text: "import { limits } from '../schema/limits.js'" },
    { file: 'src/context/push.ts', text: "import type { Pool } from 'pg'" },
    { file: 'src/harness/image.ts', text: "import { readFile } from 'node:fs'" },
  ],
}
