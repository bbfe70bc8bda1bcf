import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadedModules } from '../test/support/loaded-modules.ts'
import { run } from '../test/support/run-command.ts'
import { isReduced } from './harness/rounds.ts'
import { type Measured, median, timeMs } from './measured.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
const rounds = isReduced ? 3 : 21

/** Measures the package as it is published: what an import loads, and what an install brings. */
export async function benchPackage(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-bench-package-'))
  try {
    await must('npm', ['run', '--silent', 'build'], repository)
    const packing = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    await must('npm', packing, repository)
    const tarball = join(folder, (await readdir(folder))[0]!)
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', tarball]
    await must('npm', install, folder)
    const modules = join(folder, 'node_modules')
    const lock = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'))
    const times = await measureImports(folder)
    const [loaded, loadedByHarness] = await Promise.all([
      loadedModules(folder, 'driftpin'),
      loadedModules(folder, 'driftpin/harness'),
    ])
    const figures = {
      bareNodeMs: times.bare,
      nodeImportingMs: times.importing,
      importMs: times.driftpin,
      importHarnessMs: times.harness,
      importPgMs: times.pg,
      modulesLoaded: loaded.length,
      modulesLoadedHarness: loadedByHarness.length,
      tarballBytes: (await stat(tarball)).size,
      unpackedBytes: await bytesOf(join(modules, 'driftpin')),
      installBytes: await bytesOf(modules),
      installPackages: Object.keys(lock.packages).length,
    }
    return {
      figures,
      ratios: {
        nodeImportingVsBareNode: times.importing / times.bare,
        importVsHarness: times.driftpin / times.harness,
        importVsPg: times.driftpin / times.pg,
      },
      versions: {},
      notes: [
        ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
        `medians of ${rounds} fresh processes each, taking turns; import times are taken inside`,
        `of the ${loaded.length} modules that driftpin loads, these are by whom:`,
        ...Object.entries(byPackage(loaded)).map(([name, count]) => `  ${name}: ${count}`),
      ],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureImports(folder: string) {
  const specifiers = { driftpin: 'driftpin', harness: 'driftpin/harness', pg: 'pg' }
  const inside = Object.fromEntries(Object.keys(specifiers).map((name) => [name, [] as number[]]))
  const [bare, importing]: [number[], number[]] = [[], []]
  const node = (code: string) =>
    run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder })
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await timeMs(() => node('')))
    importing.push(await timeMs(() => node("import 'driftpin'")))
    for (const [name, specifier] of Object.entries(specifiers)) {
      const code = `const from = performance.now(); await import('${specifier}')
        console.log(performance.now() - from)`
      inside[name]!.push(Number((await node(code)).stdout))
    }
  }
  return {
    ...{ bare: median(bare), importing: median(importing) },
    ...{ driftpin: median(inside.driftpin!), harness: median(inside.harness!) },
    pg: median(inside.pg!),
  }
}

function byPackage(urls: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const url of urls) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = files.map(async (file) => (await stat(join(file.parentPath, file.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function must(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await run(command, args, { cwd })
  if (code !== 0) throw new Error(`${command} ${args[0]} failed. ${stderr}`)
}
