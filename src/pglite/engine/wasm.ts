import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { PGliteOptions } from '@electric-sql/pglite'
import { provenBuild } from './internals.js'

type WasmModule = NonNullable<PGliteOptions['pgliteWasmModule']>

/** The installed build of PGlite, and its WebAssembly, compiled once per process. */
export interface Wasm {
  /** The version of PGlite. */
  readonly version: string
  /** Identifies the build: its version, and the length and checksum of its WebAssembly. */
  readonly build: string
  /** Whether the internals were verified with this build. */
  readonly isProven: boolean
  readonly module: () => Promise<WasmModule>
}

/** Missing in the types of Node. */
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
  // Resolved from this file, as the import above is.
  const path = createRequire(import.meta.url).resolve('@electric-sql/pglite/pglite.wasm')
  const bytes = await readFile(path)
  // Its JavaScript and its files belong to the version; the WebAssembly is compared by itself.
  const { version } = JSON.parse(await readFile(join(dirname(path), '../package.json'), 'utf8'))
  const build = `${version}-${bytes.length}-${crc32(bytes).toString(16)}`
  const compiled = WebAssembly.compile(bytes)
  return { version, build, isProven: build === provenBuild, module: () => compiled }
}
