import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { parseSync } from 'oxc-parser'

/** One source file, as the parser reads it. */
export interface SourceFile {
  /** The path from the root of the repository, such as `src/context/push.ts`. */
  readonly file: string
  readonly text: string
  /** The files of the repository that it imports, of types too, without duplicates. */
  readonly imports: readonly string[]
  /** The names that it exports. */
  readonly exports: readonly string[]
  readonly codeLines: number
  readonly commentLines: number
}

/** Every TypeScript file below a folder of the repository, except generated ones, by path. */
export async function readSources(root: string, folder: string): Promise<SourceFile[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.includes('/generated/'))
    .toSorted()
    .map((file) => parseSource(file, readFileSync(join(root, file), 'utf8')))
}

/** Reads one file. A syntax error is thrown, since its imports would be missing. */
export function parseSource(file: string, text: string): SourceFile {
  const { module, comments, errors } = parseSync(file, text)
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map((entry) => entry.moduleRequest?.value ?? ''),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      text.slice(start + 1, end - 1),
    ),
  ]
  const imports = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts'))
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.exportName.name ?? 'default'),
  )
  let code = text
  for (const { start, end } of comments) {
    code = code.slice(0, start) + code.slice(start, end).replaceAll(/[^\n]/g, ' ') + code.slice(end)
  }
  const codeLines = countLines(code)
  return {
    ...{ file, text, codeLines },
    commentLines: countLines(text) - codeLines,
    imports: [...new Set(imports)],
    exports: [...new Set(exports)],
  }
}

const countLines = (text: string) => text.split('\n').filter((line) => line.trim() !== '').length

/** The groups of two or more files that all reach each other by imports. */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map((one) => [one.file, one.imports]))
  const reached = new Map(files.map(({ file }) => [file, reachable(file, imports)]))
  const groups = new Map<string, string[]>()
  for (const { file } of files) {
    const group = [...reached.get(file)!].filter((other) => reached.get(other)?.has(file)).sort()
    if (group.length > 1) groups.set(group.join('\n'), group)
  }
  return [...groups.values()]
}

function reachable(from: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>()
  const rest = [...(imports.get(from) ?? [])]
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (found.has(file)) continue
    found.add(file)
    rest.push(...(imports.get(file) ?? []))
  }
  return found
}
