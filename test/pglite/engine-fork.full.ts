import { expect, test } from 'vitest'
import { loadTemplate } from '../../src/harness/load-template.js'
import { parseOptions } from '../../src/harness/parse-options.js'
import { createStatistics } from '../../src/harness/statistics.js'
import type { OpenFile } from '../../src/pglite/engine/emscripten.js'
import type { Image } from '../../src/pglite/engine/image.js'
import { rewindEngine } from '../../src/pglite/engine/mark.js'
import { forkEngine } from '../../src/pglite/engine/open-engine.js'
import { readWasm } from '../../src/pglite/engine/wasm.js'
import { createRandomSource } from '../../src/pglite/random-source.js'

/** What both ends of a pipe have. */
interface PipeEnd extends OpenFile {
  readonly stream_ops: Record<
    'read' | 'write',
    (stream: OpenFile, bytes: Uint8Array, offset: number, length: number, at: number) => number
  >
}

async function fork() {
  const [wasm, options] = [await readWasm(), await parseOptions({ migrations: false })]
  const source = { options, statistics: createStatistics(), build: wasm.build }
  const { state } = await loadTemplate({ ...source, whyPlain: undefined })
  const image = state as Image
  const { pglite, inside, mark } = await forkEngine(image, {
    extensions: {},
    random: createRandomSource(undefined),
    clock: undefined,
  })
  return { image, inside, mark, [Symbol.asyncDispose]: () => pglite.close() }
}

test('a fork has the open files and pipes of its image under their numbers', async () => {
  await using forked = await fork()
  const { image, inside } = forked
  const open = inside.files.streams.filter((stream) => stream && !stream.path.startsWith('/dev/'))
  const found = open.map((stream) => {
    const { fd, path, flags, position = 0 } = stream as OpenFile
    return { fd, path, flags, position }
  })
  expect(found).toEqual(image.streams)
  expect(found.filter(({ path }) => path.startsWith('pipe['))).toHaveLength(2)
})

test('what goes into a pipe of a fork comes out of its other end, and of no other fork', async () => {
  await using one = await fork()
  await using other = await fork()
  const ends = ({ inside }: typeof one) =>
    inside.files.streams.filter((stream) => stream?.path.startsWith('pipe[')) as PipeEnd[]
  for (const forked of [one, other]) {
    rewindEngine(forked.inside, forked.mark)
    const [reads, writes] = ends(forked)
    expect(ends(forked)).toHaveLength(2)
    expect(writes!.stream_ops.write(writes!, Buffer.from('abc'), 0, 3, 0)).toBe(3)
    const bytes = Buffer.alloc(9)
    expect(reads!.stream_ops.read(reads!, bytes, 0, 9, 0)).toBe(3)
    expect(bytes.toString('utf8', 0, 3)).toBe('abc')
  }
})

test('a fork without an init goes back to the image itself, of which no copy is made', async () => {
  await using forked = await fork()
  expect(forked.mark.memory).toBe(forked.image.memory)
})
