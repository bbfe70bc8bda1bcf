import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCycles, readSources, type SourceFile } from '../scripts/import-graph.ts'
import { run } from '../test/support/run-command.ts'
import { type Measured, median } from './measured.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))

/**
 * Counts the sources: files of src without generated ones, lines of code without comments and
 * blank lines, cycles of imports, and the public names of the package's entry points.
 */
export async function benchHouse(): Promise<Measured> {
  const [files, findings, { exports }] = await Promise.all([
    readSources(repository, 'src'),
    importFindings(),
    readFile(join(repository, 'package.json'), 'utf8').then(JSON.parse),
  ])
  const sum = (count: (file: SourceFile) => number) => files.map(count).reduce((a, b) => a + b, 0)
  const codeLines = sum((file) => file.codeLines)
  const commentLines = sum((file) => file.commentLines)
  const namesOf = (entry: { default: string }) => {
    const source = entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    return files.find(({ file }) => file === source)!.exports
  }
  const entries = Object.values<string | { default: string }>(exports)
  const modules = entries.filter((entry) => typeof entry === 'object')
  return {
    figures: {
      codeLines,
      files: files.length,
      medianFileLines: median(files.map(({ text }) => text.split('\n').length - 1)),
      cycles: findCycles(files).length,
      upwardImports: findings.filter((message) => message.includes('never runs upward')).length,
      importsPastDoors: findings.filter((message) => message.includes("folder's index.js")).length,
      publicNamesMain: namesOf(exports['.']).length,
      publicNamesAll: new Set(modules.flatMap(namesOf)).size,
      commentShare: commentLines / (codeLines + commentLines),
    },
    ratios: {},
    versions: {},
    notes: byFolder(files),
  }
}

/** The messages of the linter's rule about imports, which biome.json states for each folder. */
async function importFindings(): Promise<string[]> {
  const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome')
  const args = [
    'lint',
    '--only=style/noRestrictedImports',
    '--reporter=github',
    '--max-diagnostics=none',
    'src',
  ]
  const { stdout } = await run(process.execPath, [biome, ...args], { cwd: repository })
  return stdout.split('\n').filter((line) => line.startsWith('::'))
}

function byFolder(files: readonly SourceFile[]): string[] {
  const folderOf = ({ file }: SourceFile) => file.split('/').slice(0, -1)[1] ?? 'src'
  return [...new Set(files.map(folderOf))].map((folder) => {
    const its = files.filter((file) => folderOf(file) === folder)
    const lines = its.reduce((sum, { codeLines }) => sum + codeLines, 0)
    return `${folder}: ${its.length} files, ${lines} lines of code`
  })
}
