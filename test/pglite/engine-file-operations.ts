import type { FileNode } from '../../src/pglite/engine/emscripten.js'
import type { Internals } from '../../src/pglite/engine/internals.js'

/** What the file system of an engine offers its own C code. */
export interface FileOperations {
  open(path: string, flags: string): object
  close(stream: object): void
  write(stream: object, bytes: Uint8Array, offset: number, length: number, position: number): void
  writeFile(path: string, text: string): void
  truncate(path: string, length: number): void
  rename(from: string, to: string): void
  unlink(path: string): void
  mkdir(path: string): void
  rmdir(path: string): void
  symlink(target: string, path: string): void
  chmod(path: string, mode: number): void
  utime(path: string, atime: number, mtime: number): void
}

const overwrite = (files: FileOperations, path: string, position: number) => {
  const stream = files.open(path, 'r+')
  files.write(stream, Buffer.from('new'), 0, 3, position)
  files.close(stream)
}

/** What there is before each operation. */
export function makeFiles(files: FileOperations): void {
  for (const path of ['/tried', '/tried/other', '/tried/empty']) files.mkdir(path)
  for (const path of ['/tried/file', '/tried/other/old']) files.writeFile(path, 'some old bytes')
  files.symlink('/tried/file', '/tried/link')
}

/** Every way to change a file: its name, the operation, and the paths that it has to touch. */
export const fileOperations: readonly (readonly [
  what: string,
  run: (files: FileOperations) => void,
  touched: readonly string[],
])[] = [
  ['a file that is made', (files) => files.writeFile('/tried/new', 'x'), ['/tried', '/tried/new']],
  // Names that every object has.
  ['a file of a special name', (files) => files.writeFile('/tried/constructor', 'x'), ['/tried']],
  [
    'a file that is written in its middle',
    (files) => overwrite(files, '/tried/file', 5),
    ['/tried/file'],
  ],
  ['a file that grows', (files) => overwrite(files, '/tried/file', 900), ['/tried/file']],
  ['a file that is written anew', (files) => files.writeFile('/tried/file', ''), ['/tried/file']],
  ['a file that is cut', (files) => files.truncate('/tried/file', 4), ['/tried/file']],
  [
    'a file that is cut beyond its end',
    (files) => files.truncate('/tried/file', 99),
    ['/tried/file'],
  ],
  [
    'a file that is renamed',
    (files) => files.rename('/tried/file', '/tried/name'),
    ['/tried', '/tried/name'],
  ],
  [
    'a file that is moved over another',
    (files) => files.rename('/tried/file', '/tried/other/old'),
    ['/tried', '/tried/other', '/tried/other/old'],
  ],
  [
    'a directory that is moved with what is in it',
    (files) => files.rename('/tried/other', '/tried/empty/moved'),
    ['/tried', '/tried/empty', '/tried/empty/moved'],
  ],
  ['a file that is removed', (files) => files.unlink('/tried/file'), ['/tried']],
  ['a directory that is made', (files) => files.mkdir('/tried/new'), ['/tried']],
  ['a directory that is removed', (files) => files.rmdir('/tried/empty'), ['/tried']],
  ['a link that is made', (files) => files.symlink('/tried/file', '/tried/new'), ['/tried']],
  ['a link that is removed', (files) => files.unlink('/tried/link'), ['/tried']],
  ['a file of other rights', (files) => files.chmod('/tried/file', 0o400), ['/tried/file']],
  ['a directory of other rights', (files) => files.chmod('/tried/other', 0o500), ['/tried/other']],
  ['a file of another time', (files) => files.utime('/tried/file', 7, 7), ['/tried/file']],
]

/** Everything below a directory, as somebody who reads it finds it. */
export function listFiles({ files }: Internals, path: string): unknown[] {
  const { node } = files.lookupPath(path, { follow: false })
  const { mode, mtime, link } = node
  const described = { path, mode, mtime, link }
  if (files.isDir(mode)) {
    const names = Object.keys(node.contents as Record<string, FileNode>)
    return [
      described,
      ...names.flatMap((name) => listFiles({ files } as Internals, `${path}/${name}`)),
    ]
  }
  if (!files.isFile(mode)) return [described]
  const bytes = (node.contents as Uint8Array).subarray(0, node.usedBytes)
  return [{ ...described, text: Buffer.from(bytes).toString() }]
}
