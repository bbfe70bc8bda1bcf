import type { FileNode } from './emscripten.js'
import type { Internals } from './internals.js'

/**
 * Loads side modules one after the other, before the engine starts. Every engine that loads the
 * same ones has them at the same places, which the answer lets the caller compare.
 */
export async function preloadModules(
  engine: Internals,
  modules: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  for (const { path, bytes } of modules) {
    const cut = path.lastIndexOf('/')
    await new Promise<void>((resolve, reject) => {
      const [directory, name] = [path.slice(0, cut), path.slice(cut + 1)]
      // The file itself comes with the other files, or is there already.
      const create = engine.files.createPreloadedFile
      create(directory, name, bytes, true, true, resolve, reject, true)
    })
    const { tableLength, nextAddress } = engine
    engine.preloaded.push({ path, tableLength: tableLength(), nextAddress: nextAddress() })
  }
}

/** The contents of a file of the engine, or undefined where there is none. */
export function readEngineFile({ files }: Internals, path: string): Uint8Array | undefined {
  let node: FileNode = files.root
  for (const name of path.split('/').slice(1)) {
    if (!files.isDir(node.mode)) return undefined
    const children = node.contents as Record<string, FileNode>
    if (!Object.hasOwn(children, name)) return undefined
    node = children[name]!
  }
  return files.isFile(node.mode)
    ? (node.contents as Uint8Array).subarray(0, node.usedBytes)
    : undefined
}
