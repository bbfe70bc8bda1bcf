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
  ['index.ts'],
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
export function brokenWalls(file: string, text: string): string[] {
  const room = file.split('/')[0]!
  const floor = floorOf(room)
  if (floor < 0) return [`${file}: the room ${room} is not in the list of test/house`]
  const imports = [...text.matchAll(statement), ...text.matchAll(call)]
  return imports.flatMap(([whole, specifier]) => {
    if (specifier!.startsWith('.')) {
      const target = new URL(specifier!, `file:///${file}`).pathname
        .slice(1)
        .replace(/\.js$/, '.ts')
      const other = target.split('/')[0]!
      const sideways = other !== room && floorOf(other) === floor
      const upward = floorOf(other) > floor
      return upward || sideways ? [`${file}: imports ${target}, which is not below it`] : []
    }
    const isType = /^(?:import|export)\s+type\b/.test(whole!)
    if (!portable.has(room) || isType) return []
    if (specifier!.startsWith('node:')) {
      return [`${file}: imports ${specifier}; ask process.getBuiltinModule for it`]
    }
    return heavy.test(specifier!) ? [`${file}: imports ${specifier}; use a structural type`] : []
  })
}
