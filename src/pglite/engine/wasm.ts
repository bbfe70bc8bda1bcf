import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { PGliteOptions } from '@electric-sql/pglite'
import { provenBuild } from './internals.js'

type WasmModule = NonNullable<PGliteOptions['pgliteWasmModule']>

/** The build of PGlite that is installed, and its WebAssembly, compiled once a process. */
export interface Wasm {
  /** The version of PGlite. */
  readonly version: string
  /** Names the build: its version, its length and its checksum. */
  readonly build: string
  /** Whether the internals were proven on this very build. */
  readonly isProven: boolean
  readonly module: () => Promise<WasmModule>
}

/** Node has it; its types have not. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { compile(bytes: Uint8Array): Promise<WasmModule> }
}

let known: Promise<Wasm> | undefined

/** Reads the WebAssembly that PGlite would load by itself. */
export function readWasm(): Promise<Wasm> {
  known ??= read()
  return known
}

async function read(): Promise<Wasm> {
  // Resolved from here, as the import above is.
  const path = createRequire(import.meta.url).resolve('@electric-sql/pglite/pglite.wasm')
  const bytes = await readFile(path)
  // Its JavaScript and the files that it brings go with the version; the engine is looked at.
  const { version } = JSON.parse(await readFile(join(dirname(path), '../package.json'), 'utf8'))
  const build = `${version}-${bytes.length}-${crc32(bytes).toString(16)}`
  const compiled = WebAssembly.compile(bytes)
  return { version, build, isProven: build === provenBuild, module: () => compiled }
}
