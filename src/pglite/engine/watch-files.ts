import type { FileNode, FileWrite, Module, WrittenCopy } from './emscripten.js'

/** The files of an engine that changed. */
export interface WatchedFiles {
  /** Protects bytes that several engines share: a write copies them first. */
  readonly share: (contents: Uint8Array) => Uint8Array
  readonly isShared: (contents: Uint8Array) => boolean
  /** Every file and directory that changed since the last mark or rewind. */
  readonly touched: Set<FileNode>
  readonly copies: WeakMap<Uint8Array, WrittenCopy>
}

/**
 * Records changes of the file system. The first write to shared contents copies them, and records
 * which part of the copy was written since, so that a rewind copies only that part back.
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
      // Not slice(): on a Buffer it does not copy.
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
  // Files use the table; writing back mapped memory uses the other.
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
