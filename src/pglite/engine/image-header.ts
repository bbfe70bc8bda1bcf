import { damaged, isCount } from '../image-format.js'
import type { Image, ImageEntry } from './image.js'

/** An entry as it is stored: its contents are a range of the body. */
type WrittenEntry = Omit<ImageEntry, 'contents'> & { readonly at?: number }

/** The header of an image of an engine. */
export interface Header extends Omit<Image, 'entries' | 'memory'> {
  readonly entries: readonly WrittenEntry[]
  readonly memory: Omit<Image['memory'], 'blocks'> & {
    readonly at: number
    readonly length: number
    readonly blocks: readonly WrittenBlock[]
  }
}

/** Its bytes begin at an offset of the stored memory; -1 means that all of them are zero. */
interface WrittenBlock {
  readonly start: number
  readonly end: number
  readonly from: number
}

/** A part of a header before it is validated. */
type Found<Expected> = { readonly [Name in keyof Expected]: unknown }

/** Emscripten's file modes, which are those of Unix. */
const kindMask = 0o170000
const kinds = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const
const allKinds: ReadonlySet<number> = new Set(Object.values(kinds))

/** Names that no file can have: steps of a path, and the prototype of a plain object. */
const reserved: ReadonlySet<string> = new Set(['', '.', '..', '__proto__'])
/** Directories that every engine has of its own. */
const excluded: ReadonlySet<string> = new Set(['/dev', '/proc'])
/** Emscripten opens no more files than this. */
const streamsMax = 4096

/**
 * Validates every field of a header whose checksum is right: whoever makes an image also makes its
 * checksum. Values of the right type that are wrong are found when an engine continues from the
 * image. Written by hand for speed, since it runs before the first test of every process: two
 * thousand entries take about four milliseconds. Importing zod alone would take a hundred.
 *
 * @throws DriftpinError `image_damaged`.
 */
export function readHeader(header: object, bodyBytes: number): Header {
  const found = header as Found<Header>
  expect(typeof found.build === 'string', 'its build')
  expect(isCount(found.tableLength), 'its function table')
  expect(typeof found.isBegun === 'boolean', 'its session')
  const { filesOnly = '' } = found
  expect(typeof filesOnly === 'string', 'its session')
  checkMemory(found.memory, bodyBytes)
  const { entries } = found
  checkEntries(entries, bodyBytes)
  const paths = new Set<unknown>(entries.map(({ path }) => path))
  checkAll<Image['streams'][number]>(found.streams, 'an open file', (stream) => {
    const { fd, path, flags, position } = stream
    expect(isCount(fd) && fd < streamsMax && isCount(flags) && isCount(position), 'an open file')
    expect(typeof path === 'string', 'an open file')
    expect(path.startsWith('pipe[') || paths.has(path), 'an open file')
  })
  const { currentPath } = found
  expect(currentPath === '/' || paths.has(currentPath), 'its working directory')
  checkAll<readonly unknown[]>(found.arrayTypes, 'a type of arrays', (pair) => {
    expect(Array.isArray(pair) && pair.length === 2 && pair.every(isCount), 'a type of arrays')
  })
  checkAll<Image['preloaded'][number]>(found.preloaded, 'a module', (module) => {
    const { path, tableLength, nextAddress } = module
    expect(typeof path === 'string' && isCount(tableLength) && isCount(nextAddress), 'a module')
  })
  checkAll<Record<'kind' | 'handle' | 'path' | 'name' | 'grew', unknown>>(
    found.loader,
    'an event of its loader',
    ({ kind, handle, path, name, grew }) => {
      const isOpen = kind === 'open' && typeof path === 'string' && typeof grew === 'boolean'
      const isSymbol = kind === 'symbol' && typeof name === 'string'
      expect(isCount(handle) && (isOpen || isSymbol), 'an event of its loader')
    },
  )
  checkAll<Image['timers'][number]>(found.timers, 'a timer', ({ which, ms }) => {
    expect(isCount(which) && typeof ms === 'number' && ms > 0, 'a timer')
  })
  const { randomPosition, clock = 0 } = found
  expect(isCount(randomPosition), 'its random numbers')
  expect(Number.isFinite(clock), 'its clock')
  return header as Header
}

function checkMemory(memory: unknown, bodyBytes: number): void {
  expect(isObject<Header['memory']>(memory), 'its memory')
  const { size, heapTop, stackPointer, at, length } = memory
  expect(isCount(at) && isCount(length) && at + length <= bodyBytes, 'its memory')
  checkAll<WrittenBlock>(memory.blocks, 'its memory', (block) => {
    const { start, end, from } = block
    expect(
      isCount(start) && isCount(end) && start < end && end <= (heapTop as number),
      'its memory',
    )
    const isKept = isCount(from) && from + end - start <= length
    expect(isKept || from === -1, 'its memory')
  })
  expect(isCount(size) && isCount(heapTop) && heapTop <= size, 'its memory')
  expect(isCount(stackPointer) && stackPointer <= heapTop, 'its memory')
}

/** Each entry is in a directory that precedes it, or in the root. */
function checkEntries(entries: unknown, bodyBytes: number): asserts entries is WrittenEntry[] {
  const directories = new Set<string>([''])
  let last = ''
  checkAll<WrittenEntry>(entries, 'a file', ({ path, mode, mtime, usedBytes, at, link }) => {
    expect(typeof path === 'string', 'the path of a file')
    const cut = path.lastIndexOf('/')
    expect(cut >= 0, path)
    // Most are in the directory of the previous entry: comparing is faster than a look-up.
    if (cut !== last.length || !path.startsWith(last)) {
      last = path.slice(0, cut)
      expect(directories.has(last), path)
    }
    // The parents were checked in the same way, so only the last name is checked.
    const isNamed = !reserved.has(path.slice(cut + 1)) && !excluded.has(path)
    expect(isNamed && isCount(mode) && isCount(usedBytes) && Number.isFinite(mtime), path)
    const kind = mode & kindMask
    if (kind === kinds.directory) directories.add(path)
    const isKept = kind === kinds.file && isWithin(at, usedBytes, bodyBytes)
    expect(isKept || (at === undefined && allKinds.has(kind)), path)
    expect(kind === kinds.link ? typeof link === 'string' : link === undefined, path)
  })
}

function checkAll<Item>(
  list: unknown,
  what: string,
  check: (item: Found<Item>) => void,
): asserts list is readonly Item[] {
  expect(Array.isArray(list), what)
  for (const item of list) {
    expect(isObject<Item>(item), what)
    check(item)
  }
}

const isWithin = (at: unknown, length: number, bytes: number) => isCount(at) && at + length <= bytes

const isObject = <Expected>(value: unknown): value is Found<Expected> =>
  typeof value === 'object' && value !== null

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw damaged(`its header is not valid: ${what}`, { what })
}
