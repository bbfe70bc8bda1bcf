import type { FileNode, FileWrite, Module, WrittenCopy } from './emscripten.js'

/** What is known of the files of an engine. */
export interface WatchedFiles {
  /** Makes bytes that several engines look at safe: a write to a file of them copies them first. */
  readonly share: (contents: Uint8Array) => Uint8Array
  readonly isShared: (contents: Uint8Array) => boolean
  /** Every file and directory that changed; whoever puts them back empties it. */
  readonly touched: Set<FileNode>
  readonly copies: WeakMap<Uint8Array, WrittenCopy>
}

/**
 * Notes what is changed in the file system. The first write to shared contents copies them, and
 * notes which part of the copy was written since, so that undoing it touches nothing else.
 */
export function watchFiles({ MEMFS: memory }: Module): WatchedFiles {
  const touched = new Set<FileNode>()
  const shared = new WeakSet<Uint8Array>()
  const copies: WatchedFiles['copies'] = new WeakMap()
  const plainWrite = memory.stream_ops.write
  const write: FileWrite = (file, buffer, offset, length, position, canOwn) => {
    const { node } = file
    const contents = node.contents as Uint8Array
    touched.add(node)
    if (shared.has(contents)) {
      // Not slice(): of a Buffer, it would be the same bytes again.
      const copy = new Uint8Array(contents)
      node.contents = copy
      copies.set(copy, { origin: contents, from: position, to: position + length })
    }
    const copy = copies.get(node.contents as Uint8Array)
    if (copy) {
      copy.from = Math.min(copy.from, position)
      copy.to = Math.max(copy.to, position + length)
    }
    return plainWrite(file, buffer, offset, length, position, canOwn)
  }
  // The table holds what files are given, the other what mapped memory is written back with.
  memory.stream_ops.write = memory.ops_table.file.stream.write = write
  for (const node of [memory.ops_table.file.node, memory.ops_table.dir.node]) {
    for (const name of ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'] as const) {
      const plain = node[name]
      if (!plain) continue
      node[name] = (one, other, ...rest) => {
        touched.add(one)
        // A file is renamed from one directory to another: all three change.
        if (name === 'rename') touched.add(one.parent).add(other as FileNode)
        return plain(one, other, ...rest)
      }
    }
  }
  return {
    touched,
    share: (contents) => {
      shared.add(contents)
      return contents
    },
    isShared: (contents) => shared.has(contents),
    copies,
  }
}
