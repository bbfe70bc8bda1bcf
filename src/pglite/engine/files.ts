import type { FileNode, FileSystem, OpenFile } from './emscripten.js'
import type { Internals } from './internals.js'

/** A file, directory or link as it was at the mark. */
export interface MarkedNode {
  readonly node: FileNode
  readonly name: string
  readonly parent: FileNode
  readonly mode: number
  readonly atime: number
  readonly mtime: number
  readonly ctime: number
  readonly contents: FileNode['contents']
  readonly usedBytes: number
}

interface MarkedStream {
  readonly stream: OpenFile
  readonly flags: number
  readonly position: number
  /** What waits in a pipe to be read. */
  readonly buckets: NonNullable<FileNode['pipe']>['buckets'] | undefined
}

/** The files of an engine at rest. It refers to nodes, so it is only valid for that engine. */
export interface FilesMark {
  readonly nodes: ReadonlyMap<FileNode, MarkedNode>
  readonly streams: readonly (MarkedStream | null)[]
  readonly currentPath: string
  readonly nextInode: number
}

/** The mark that the files of an engine equal, except for those touched since. */
const lastMark = new WeakMap<Internals, FilesMark>()

/** Directories that are not part of a database: devices and processes. */
const excluded = new Set(['dev', 'proc'])

/** The children of a directory that belong to the database. */
export function childrenOf(files: FileSystem, node: FileNode): FileNode[] {
  const children = Object.entries(node.contents as Record<string, FileNode>)
  const isState = ([name]: [string, FileNode]) => node !== files.root || !excluded.has(name)
  return children.filter(isState).map(([, child]) => child)
}

/** Records every file. From now on, a write copies the contents instead of changing them. */
export function markFiles(engine: Internals): FilesMark {
  const { files } = engine
  const nodes = new Map<FileNode, MarkedNode>()
  const visit = (node: FileNode) => {
    const { name, parent, mode, atime, mtime, ctime, usedBytes } = node
    let contents = node.contents
    if (files.isDir(mode)) contents = { ...(contents as Record<string, FileNode>) }
    else if (files.isFile(mode)) engine.share(contents as Uint8Array)
    nodes.set(node, { node, name, parent, mode, atime, mtime, ctime, usedBytes, contents })
    if (files.isDir(mode)) for (const child of childrenOf(files, node)) visit(child)
  }
  visit(files.root)
  const { currentPath, nextInode } = files
  const mark = { nodes, streams: markStreams(files), currentPath, nextInode }
  engine.touched.clear()
  lastMark.set(engine, mark)
  return mark
}

/**
 * Restores the files: contents, names, places, what was created, deleted, renamed or truncated, the
 * table of open files and the working directory.
 *
 * @returns The number of bytes that were copied.
 */
export function rewindFiles(engine: Internals, mark: FilesMark): number {
  const { files } = engine
  // Relative to another mark, any file may differ.
  const touched = lastMark.get(engine) === mark ? engine.touched : new Set(mark.nodes.keys())
  // Everything in the wrong place is removed before anything is added.
  for (const node of touched) {
    const marked = mark.nodes.get(node)
    if (marked && files.isDir(marked.mode)) removeForeignNodes(files, marked, touched)
  }
  let copied = 0
  for (const node of touched) {
    const marked = mark.nodes.get(node)
    if (!marked) continue
    if (files.isDir(marked.mode)) restoreChildren(files, marked)
    else if (files.isFile(marked.mode)) copied += restoreContents(engine, marked)
    node.mode = marked.mode
    node.atime = marked.atime
    node.mtime = marked.mtime
    node.ctime = marked.ctime
  }
  rewindStreams(files, mark.streams)
  files.currentPath = mark.currentPath
  files.nextInode = mark.nextInode
  engine.touched.clear()
  lastMark.set(engine, mark)
  return copied
}

/** Removes children that the directory did not have, or not under this name. */
function removeForeignNodes(
  files: FileSystem,
  { node, contents }: MarkedNode,
  touched: Set<FileNode>,
): void {
  const before = contents as Record<string, FileNode>
  const now = node.contents as Record<string, FileNode>
  // A directory of a database has hundreds of files: no array of them is made.
  for (const name in now) {
    const child = now[name]!
    if (before[name] === child && child.name === name && child.parent === node) continue
    removeNode(files, child, touched)
    delete now[name]
  }
}

/** Removes a node with everything below it. Parts that belong elsewhere are restored later. */
function removeNode(files: FileSystem, node: FileNode, touched: Set<FileNode>): void {
  files.hashRemoveNode(node)
  touched.add(node)
  if (!files.isDir(node.mode)) return
  for (const child of Object.values(node.contents)) removeNode(files, child as FileNode, touched)
  node.contents = {}
}

function restoreChildren(files: FileSystem, { node, contents }: MarkedNode): void {
  const before = contents as Record<string, FileNode>
  const now = node.contents as Record<string, FileNode>
  let isMissing = false
  for (const name in before) {
    const child = before[name]!
    if (now[name] === child) continue
    isMissing = true
    child.name = name
    child.parent = node
    files.hashAddNode(child)
  }
  // A listing gives the names in the order of the object, which is restored too.
  if (isMissing) node.contents = { ...before }
}

function restoreContents(engine: Internals, { node, contents, usedBytes }: MarkedNode): number {
  const saved = contents as Uint8Array
  const now = node.contents as Uint8Array
  node.usedBytes = usedBytes
  if (now === saved) return 0
  const copy = engine.copies.get(now)
  if (copy?.origin !== saved || engine.isShared(now)) {
    node.contents = saved
    return 0
  }
  // The copy of the first write is kept: the next test is likely to write to the same file.
  const written = saved.subarray(copy.from, copy.to)
  now.set(written, copy.from)
  copy.from = saved.length
  copy.to = 0
  return written.length
}

/**
 * Records the open files. Emscripten's table has holes, which `map` and `forEach` skip: they are
 * filled with the null that a closed file leaves, so that a mark has every number.
 */
function markStreams({ streams }: FileSystem): FilesMark['streams'] {
  return Array.from(streams, (stream, fd) => {
    if (!stream) {
      streams[fd] = null
      return null
    }
    const { flags, position, node } = stream
    const buckets = node.pipe && copyBuckets(node.pipe.buckets)
    return { stream, flags, position, buckets }
  })
}

const copyBuckets = (buckets: NonNullable<MarkedStream['buckets']>) =>
  buckets.map(({ buffer, ...places }) => ({ ...places, buffer: buffer.slice() }))

function rewindStreams(files: FileSystem, marked: FilesMark['streams']): void {
  files.streams.length = marked.length
  for (const [fd, saved] of marked.entries()) {
    files.streams[fd] = saved?.stream ?? null
    if (!saved) continue
    const { stream, flags, position, buckets } = saved
    Object.assign(stream, { fd, flags, position, getdents: null })
    if (buckets) stream.node.pipe!.buckets = copyBuckets(buckets)
  }
}
