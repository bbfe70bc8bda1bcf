import { DriftpinError } from '../../errors.js'
import type { FileNode, FileSystem } from './emscripten.js'
import { childrenOf, type MarkedNode, markFiles } from './files.js'
import {
  type ArrayType,
  type Internals,
  type LoaderEvent,
  type PreloadedModule,
  provenBuild,
} from './internals.js'
import type { EngineMark } from './mark.js'
import { type MemoryMark, rewindMemory } from './memory.js'
import type { Timer } from './timers.js'

/** A file, directory or link of an image. Contents that every engine has are left out. */
export interface ImageEntry {
  readonly path: string
  readonly mode: number
  readonly mtime: number
  readonly usedBytes: number
  readonly contents?: Uint8Array
  readonly link?: string
}

interface ImageStream {
  readonly fd: number
  readonly path: string
  readonly flags: number
  readonly position: number
}

/** A running PostgreSQL at rest: everything that another instance needs to continue from it. */
export interface Image {
  /** The build of PGlite; no other build can continue from this image. */
  readonly build: string
  readonly memory: MemoryMark
  readonly entries: readonly ImageEntry[]
  readonly streams: readonly ImageStream[]
  readonly currentPath: string
  readonly tableLength: number
  /** The array types that PGlite knows. */
  readonly arrayTypes: readonly ArrayType[]
  readonly preloaded: readonly PreloadedModule[]
  readonly loader: readonly LoaderEvent[]
  readonly timers: readonly Timer[]
  /** Whether extensions that have an init ran it in this session. */
  readonly isBegun: boolean
  /** The position after the random bytes that the engine used, so that no other repeats them. */
  readonly randomPosition: number
  /** The time of `now()`, in milliseconds since 1970; undefined follows the machine. */
  readonly clock?: number | undefined
  /** The message of the error that leaves only the files for other instances to start from. */
  readonly filesOnly?: string
}

const isPipe = (path: string) => path.startsWith('pipe[')
const isDevice = (path: string) => path.startsWith('/dev/')

/**
 * The image of an engine at a mark.
 *
 * @throws DriftpinError `image_unusable` if another instance cannot continue from it: a module was
 * loaded late, or an open file was deleted.
 */
export function imageOf(engine: Internals, mark: EngineMark): Image {
  if (mark.loader.some((event) => event.kind === 'open' && event.grew)) {
    throw unusable('a module was loaded while the engine ran', mark.loader)
  }
  return describe(engine, mark)
}

/** An image that can at least be started from its files. */
export function imageToKeep(engine: Internals, mark: EngineMark): Image {
  try {
    const crash = engine.crash()
    if (crash !== undefined) throw unusable('the engine crashed', crash)
    return imageOf(engine, mark)
  } catch (error) {
    if (!(error instanceof DriftpinError)) throw error
    const memory = { size: 0, heapTop: 0, stackPointer: 0, blocks: [] }
    const files = { ...mark.files, streams: [] }
    const image = describe(engine, { ...mark, memory, files, loader: [] })
    return { ...image, filesOnly: error.message }
  }
}

function describe(engine: Internals, mark: EngineMark): Image {
  const { entries, paths } = entriesOf(engine, mark)
  const streams: ImageStream[] = []
  for (const [fd, marked] of mark.files.streams.entries()) {
    if (!marked || isDevice(marked.stream.path)) continue
    const { flags, position, stream } = marked
    const path = isPipe(stream.path) ? stream.path : paths.get(stream.node)
    if (path === undefined) throw unusable('an open file was deleted', { path: stream.path })
    streams.push({ fd, path, flags, position: position ?? 0 })
  }
  return {
    build: provenBuild,
    memory: mark.memory,
    entries,
    streams,
    currentPath: mark.files.currentPath,
    tableLength: mark.tableLength,
    arrayTypes: engine.arrayTypes,
    preloaded: engine.preloaded,
    loader: mark.loader,
    timers: mark.timers,
    isBegun: engine.isBegun,
    randomPosition: mark.randomPosition,
    clock: mark.clock,
  }
}

/** The files of an engine at a mark, parents before their children. */
export function entriesOf({ files, isBundled }: Internals, mark: EngineMark) {
  const paths = new Map<FileNode, string>()
  const entries: ImageEntry[] = []
  for (const marked of mark.files.nodes.values()) {
    const { node, parent, name } = marked
    // The root is its own parent.
    const path = node === files.root ? '' : `${paths.get(parent)}/${name}`
    paths.set(node, path)
    if (path !== '') entries.push(entryOf({ files, isBundled }, marked, path))
  }
  return { entries, paths }
}

type EntryReader = Pick<Internals, 'files' | 'isBundled'>

function entryOf({ files, isBundled }: EntryReader, marked: MarkedNode, path: string): ImageEntry {
  const { mode, mtime, usedBytes, contents, node } = marked
  if (files.isLink(mode)) return { path, mode, mtime, usedBytes: 0, link: node.link! }
  if (!files.isFile(mode)) return { path, mode, mtime, usedBytes: 0 }
  const bytes = contents as Uint8Array
  if (isBundled(bytes)) return { path, mode, mtime, usedBytes }
  // The contents of a file written from the engine's memory are an Int8Array.
  const unsigned = new Uint8Array(bytes.buffer, bytes.byteOffset, usedBytes)
  return { path, mode, mtime, usedBytes, contents: unsigned }
}

/**
 * Applies an image to an engine that has loaded the modules of the image and has not started.
 *
 * @throws DriftpinError `image_unusable` if the engine then differs from the image.
 */
export function applyImage(engine: Internals, image: Image): EngineMark {
  if (JSON.stringify(engine.preloaded) !== JSON.stringify(image.preloaded)) {
    throw unusable('its modules have other addresses', {
      expected: image.preloaded,
      found: engine.preloaded,
    })
  }
  rewindMemory(engine, image.memory)
  writeEntries(engine, image.entries)
  openStreams(engine, image)
  for (const event of image.loader) {
    engine.replay(event)
    engine.loader.push(event)
  }
  if (engine.tableLength() !== image.tableLength) {
    throw unusable('its function table has another length', {
      expected: image.tableLength,
      found: engine.tableLength(),
    })
  }
  // The replay and the pipe wrote to the memory.
  rewindMemory(engine, image.memory)
  engine.setTimers(image.timers)
  return {
    memory: image.memory,
    files: markFiles(engine),
    tableLength: image.tableLength,
    loader: [...engine.loader],
    timers: image.timers,
    environment: { ...engine.environment },
    randomPosition: image.randomPosition,
    clock: image.clock,
  }
}

/** Replaces the files of an engine by the given ones. */
export function writeEntries(engine: Internals, entries: readonly ImageEntry[]): void {
  const { files } = engine
  const nodes = new Map<string, FileNode>([['', files.root]])
  for (const entry of entries) {
    const { path, mode, mtime } = entry
    const cut = path.lastIndexOf('/')
    const parent = nodes.get(path.slice(0, cut))!
    const name = path.slice(cut + 1)
    const children = parent.contents as Record<string, FileNode>
    // Not a property of all objects, such as constructor.
    const known = Object.hasOwn(children, name) ? children[name] : undefined
    const node = known ?? engine.createNode(parent, name, mode)
    if (!isAlike(files, node.mode, mode)) throw unusable('a file is where no file can be', { path })
    nodes.set(path, node)
    node.mode = mode
    node.mtime = node.ctime = mtime
    if (entry.link !== undefined) node.link = entry.link
    if (entry.contents) {
      node.contents = engine.share(entry.contents)
      node.usedBytes = entry.usedBytes
    } else if (files.isFile(mode) && !node.contents) {
      throw unusable('a file is missing that every engine should have', { path })
    }
  }
  const kept = new Set(nodes.values())
  for (const node of nodes.values()) {
    if (!files.isDir(node.mode)) continue
    for (const child of childrenOf(files, node)) {
      if (kept.has(child)) continue
      files.hashRemoveNode(child)
      delete (node.contents as Record<string, FileNode>)[child.name]
    }
  }
}

const isAlike = (files: FileSystem, one: number, other: number) =>
  files.isDir(one) === files.isDir(other) && files.isLink(one) === files.isLink(other)

function openStreams({ files, openPipe }: Internals, image: Image): void {
  for (const { fd, path, flags, position } of image.streams) {
    if (isPipe(path)) {
      // One call creates both ends.
      if (!files.streams[fd]) openPipe()
      const stream = files.streams[fd]
      if (stream?.path !== path) throw unusable('a pipe has another number', { fd, path })
      stream.flags = flags
      continue
    }
    const { node } = files.lookupPath(path)
    const { stream_ops } = node
    files.createStream(
      { node, path, flags, seekable: true, position, stream_ops, ungotten: [], error: false },
      fd,
    )
  }
  files.currentPath = image.currentPath
}

export function unusable(what: string, facts: unknown): DriftpinError {
  return new DriftpinError(
    'image_unusable',
    `An image of the running database cannot be used here: ${what}. The harness starts the ` +
      'database from its files instead, which is slower and otherwise the same.',
    facts,
  )
}
