// Types of the parts of PGlite and Emscripten that internals.ts uses.

/** A file, directory or link of the in-memory file system. */
export interface FileNode {
  readonly id: number
  name: string
  parent: FileNode
  mode: number
  atime: number
  mtime: number
  ctime: number
  /** Bytes of a file, at least `usedBytes` of them; children by name of a directory. */
  contents: Uint8Array | Record<string, FileNode>
  usedBytes: number
  link?: string
  readonly stream_ops: object
  readonly rdev: number
  readonly mounted: { readonly root: FileNode } | null
  readonly pipe?: Pipe
}

/** What was written to a pipe and not read yet. Both ends refer to the same object. */
interface Pipe {
  buckets: { buffer: Uint8Array; offset: number; roffset: number }[]
}

/** An open file. Duplicates share their position and flags. */
export interface OpenFile {
  fd: number | null
  readonly node: FileNode
  readonly path: string
  flags: number
  position: number
  readonly shared: object
  getdents?: unknown
}

/** The part of the file system of Emscripten that is used. */
export interface FileSystem {
  readonly root: FileNode
  streams: (OpenFile | null | undefined)[]
  currentPath: string
  nextInode: number
  isDir(mode: number): boolean
  isFile(mode: number): boolean
  isLink(mode: number): boolean
  lookupPath(path: string, options?: object): { readonly node: FileNode }
  hashAddNode(node: FileNode): void
  hashRemoveNode(node: FileNode): void
  mkdirTree(path: string, mode?: number): void
  symlink(target: string, path: string): void
  createStream(stream: object, fd: number): OpenFile
  getDevice(rdev: number): { stream_ops: { read: DeviceRead } }
  createPreloadedFile(
    directory: string,
    name: string,
    bytes: Uint8Array,
    canRead: boolean,
    canWrite: boolean,
    onLoad: () => void,
    onError: (reason: unknown) => void,
    dontCreateFile: boolean,
  ): void
}

type DeviceRead = (stream: object, buffer: Uint8Array, offset: number, length: number) => number

/** Emscripten's object of a running module. */
export interface Module {
  readonly HEAPU8: Uint8Array
  readonly FS: FileSystem
  readonly ENV: Record<string, string>
  readonly MEMFS: {
    readonly stream_ops: { write: FileWrite }
    readonly ops_table: {
      readonly file: { readonly stream: { write: FileWrite }; readonly node: NodeOperations }
      readonly dir: { readonly node: NodeOperations }
    }
    createNode(parent: FileNode, name: string, mode: number, dev: number): FileNode
  }
  stackSave(): number
  stackRestore(pointer: number): void
  stringToUTF8OnStack(text: string): number
  UTF8ToString(pointer: number): string
  _malloc(bytes: number): number
  _free(pointer: number): void
}

export type FileWrite = (
  stream: { readonly node: FileNode },
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number

type NodeOperations = Partial<
  Record<
    'setattr' | 'mknod' | 'rename' | 'unlink' | 'rmdir' | 'symlink',
    (one: FileNode, other: unknown, ...rest: unknown[]) => unknown
  >
>

/** Contents that were copied before a write, and the range that was written since. */
export interface WrittenCopy {
  readonly origin: Uint8Array
  from: number
  to: number
}

/** The exports of the WebAssembly module that are used. */
export interface Exports {
  readonly __heap_base: { readonly value: number }
  readonly __indirect_function_table: { readonly length: number }
  emscripten_get_sbrk_ptr(): number
  _emscripten_timeout(which: number, now: number): void
}

/** The imports of the WebAssembly module that are replaced. */
export interface Imports {
  _dlopen_js(handle: number): number
  _dlsym_js(handle: number, symbol: number, index: number): number
  _setitimer_js(which: number, ms: number): number
  __syscall_pipe2(fds: number, flags: number): number
  emscripten_date_now(): number
  clock_time_get(clock: number, precision: bigint, result: number): number
}

/** The options that PGlite passes to the setup of an extension, which may change them. */
export interface EmscriptenOptions {
  readonly wasmMemory: { readonly buffer: ArrayBuffer }
  instantiateWasm(
    imports: { env: Imports },
    done: (instance: { exports: Exports }, module: unknown) => void,
  ): object
}
