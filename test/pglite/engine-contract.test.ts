import { crc32 } from 'node:zlib'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { markFiles, rewindFiles } from '../../src/pglite/engine/files.js'
import { provenBuild, provenPostgres } from '../../src/pglite/engine/internals.js'
import { markEngine, rewindEngine, whyNotRewindable } from '../../src/pglite/engine/mark.js'
import { type Engine, startEngine } from '../../src/pglite/engine/open-engine.js'
import { startParameters } from '../../src/pglite/engine/start-parameters.js'
import { readWasm } from '../../src/pglite/engine/wasm.js'
import {
  type FileOperations,
  fileOperations,
  listFiles,
  makeFiles,
} from './engine-file-operations.js'
import { workload } from './engine-workload.js'

/** What whoever bumps PGlite has to know when a line of this file turns red. */
const advice =
  'src/pglite/engine assumes this of PGlite. Look up what the installed build does instead, change ' +
  'the files there, and set provenBuild in internals.ts only when all of this passes.'

/** Node has it; its types have not. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: Record<'imports' | 'exports', (module: unknown) => { kind: string; name: string }[]>
    Global: new (...args: never[]) => { value: unknown }
  }
}

let engine: Engine
let wasm: Awaited<ReturnType<Awaited<ReturnType<typeof readWasm>>['module']>>
const asked: number[] = []

beforeAll(async () => {
  wasm = await (await readWasm()).module()
  const random = {
    fill: (bytes: Uint8Array) => {
      asked.push(bytes.length)
      bytes.fill(7)
    },
    position: () => 0,
    goTo: () => {},
  }
  const given = { extensions: {}, random, clock: undefined }
  engine = await startEngine(given, { startParams: [...startParameters] })
})
// Modules are loaded before anything is noted, as they are in an image.
beforeAll(() => engine.pglite.exec("DO $$ BEGIN END $$; SELECT to_tsvector('english', 'cats')"))
afterAll(() => engine?.pglite.close())

const ask = async (pglite: PGlite, sql: string) => (await pglite.query(sql)).rows[0]

test('the installed build is the one that this was proven on', async () => {
  const { build, isProven } = await readWasm()
  expect(build, `This PGlite is not the proven one. ${advice}`).toBe(provenBuild)
  expect(isProven).toBe(true)
  const postgres = await ask(engine.pglite, "SELECT current_setting('server_version') AS version")
  expect(postgres).toEqual({ version: provenPostgres })
})

test('everything that is wrapped is imported, and everything that is asked is exported', () => {
  const imports = WebAssembly.Module.imports(wasm).map(({ name }) => name)
  const exports = WebAssembly.Module.exports(wasm).map(({ name }) => name)
  for (const name of [
    '_dlopen_js',
    '_dlsym_js',
    '_setitimer_js',
    '__syscall_pipe2',
    'emscripten_date_now',
    'clock_time_get',
  ]) {
    expect(imports, `The module does not import ${name}. ${advice}`).toContain(name)
  }
  for (const name of [
    '__heap_base',
    '__indirect_function_table',
    'emscripten_get_sbrk_ptr',
    '_emscripten_timeout',
    'PostgresMainLoopOnce',
    'PostgresMainLongJmp',
  ]) {
    expect(exports, `The module does not export ${name}. ${advice}`).toContain(name)
  }
})

test('the stack lies between the data and the heap, and the heap is the rest', () => {
  const { inside } = engine
  expect(inside.dataStart, advice).toBeLessThan(inside.dataEnd)
  expect(inside.dataEnd, advice).toBeLessThan(inside.stackPointer())
  expect(inside.stackPointer(), advice).toBeLessThan(inside.heapTop())
  expect(inside.heapTop(), advice).toBeLessThan(inside.memory().length)
  const above = inside.memory().subarray(inside.heapTop())
  expect(
    Buffer.from(above.buffer, above.byteOffset, above.length).equals(Buffer.alloc(above.length)),
    `Memory above the heap is in use. ${advice}`,
  ).toBe(true)
})

test('constants stay what they are under all kinds of work, and garbage in the dead stack is of no consequence', async () => {
  const { inside, pglite } = engine
  const constants = () => crc32(inside.memory().subarray(0, inside.dataStart))
  const mark = markEngine(inside)
  const before = constants()
  const run = async () => {
    const answers: unknown[] = []
    for (const sql of workload) {
      const answer = await pglite.exec(sql).then(
        (results) => results.map(({ rows, affectedRows }) => [rows.length, affectedRows]),
        ({ code }) => code,
      )
      answers.push(answer)
      inside.memory().fill(0xa5, inside.dataEnd, inside.stackPointer())
    }
    return answers
  }
  const first = await run()
  expect(first.filter((answer) => typeof answer === 'string')).toEqual(['22012', '42P01', '42601'])
  expect(constants(), `The module writes below dataStart. ${advice}`).toBe(before)
  expect(whyNotRewindable(inside, mark)).toBe(undefined)
  rewindEngine(inside, mark)
  expect(await run(), `The engine reads below its stack pointer. ${advice}`).toEqual(first)
  rewindEngine(inside, mark)
  expect(inside.crash()).toBe(undefined)
})

test('a rewind leaves the memory and the files as they were, to the byte', async () => {
  const { inside, pglite } = engine
  const snapshot = () => {
    const mark = markEngine(inside)
    const files = [...mark.files.nodes.values()].map(({ name, contents, usedBytes, mode }) =>
      contents instanceof Int8Array || contents instanceof Uint8Array
        ? [name, mode, usedBytes, crc32(new Uint8Array(contents.subarray(0, usedBytes)))]
        : [name, mode],
    )
    const memory = mark.memory.blocks.map(({ start, bytes }) => [start, bytes && crc32(bytes)])
    return { memory, files }
  }
  const mark = markEngine(inside)
  const before = snapshot()
  // Taking a snapshot makes all contents shared again. Going back twice in between uses the copies
  // that the first writes made.
  for (const rewinds of [1, 2]) {
    for (let one = 0; one < rewinds; one++) {
      for (const sql of workload) await pglite.exec(sql).catch(() => {})
      rewindEngine(inside, mark)
    }
    expect(snapshot()).toEqual(before)
  }
})

test.each(fileOperations)('%s is noticed, and undone by a rewind', (_, run, paths) => {
  const { inside } = engine
  const files = inside.files as unknown as FileOperations
  const bare = markFiles(inside)
  makeFiles(files)
  const mark = markFiles(inside)
  const before = listFiles(inside, '/tried')
  // The second time it changes the copies that the first has made.
  for (let times = 0; times < 2; times++) {
    run(files)
    const nodes = paths.map((path) => inside.files.lookupPath(path, { follow: false }).node)
    expect(
      nodes.filter((node) => !inside.touched.has(node)).map(({ name }) => name),
      `The file system changes files by another way. ${advice}`,
    ).toEqual([])
    expect(listFiles(inside, '/tried')).not.toEqual(before)
    rewindFiles(inside, mark)
    expect(listFiles(inside, '/tried')).toEqual(before)
  }
  rewindFiles(inside, bare)
  expect(() => listFiles(inside, '/tried')).toThrow()
})

test('the name of a library is read from where the loader keeps it', () => {
  const opened = engine.inside.loader.flatMap((event) =>
    event.kind === 'open' ? [event.path] : [],
  )
  expect(opened, `The name is not at nameOffset in the loader's record. ${advice}`).toEqual([
    '/pglite/lib/postgresql/plpgsql.so',
    '/pglite/lib/postgresql/dict_snowball.so',
  ])
})

test('an error of PostgreSQL leaves a statement by the known way, and is no crash', async () => {
  await expect(engine.pglite.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
  expect(engine.inside.crash(), `Errors leave with another status. ${advice}`).toBe(undefined)
})

test('time and random numbers are those that were given', async () => {
  engine.inside.clock = Date.UTC(2020, 5, 6, 7, 8, 9)
  const sql = `SELECT clock_timestamp() = '2020-06-06 07:08:09Z' AS clock,
    gen_random_uuid()::text AS uuid`
  const found = await ask(engine.pglite, sql)
  engine.inside.clock = undefined
  expect(found, advice).toEqual({ clock: true, uuid: '07070707-0707-4707-8707-070707070707' })
  expect(asked.length).toBeGreaterThan(0)
  const real = await ask(engine.pglite, 'SELECT extract(year FROM now())::int AS year')
  expect(real).toEqual({ year: new Date().getUTCFullYear() })
})
