/**
 * One PGlite from the inside: its engine, images of it, marks and rewinds, and its sessions.
 *
 * @module
 */

export { type DataFile, dataFilesIn, dataFilesOf } from './data-files.js'
export { buildTemplate } from './engine/build-template.js'
export type { Image } from './engine/image.js'
export { decodeImage, encodeImage, savedKey, saveImage } from './engine/image-file.js'
export type { Extensions } from './engine/open-engine.js'
export {
  imageSettings,
  initdbParameters,
  plainParameters,
  plainSettings,
  startParameters,
} from './engine/start-parameters.js'
export { readWasm, type Wasm } from './engine/wasm.js'
export type { PgliteErrorCode } from './error-codes.js'
export { isRunning, makeOnce, readLock, takeLock } from './file-lock.js'
export { EngineNotStarted, openFolderEngine } from './folder-engine.js'
export {
  type FolderFacts,
  type FolderHeader,
  layFolderImage,
  type OnProgress,
  readFolderImage,
  writeFolderImage,
} from './folder-image.js'
export { defaultCacheDirectory, ImageCache, projectDirectory } from './image-cache.js'
export {
  decodeArchive,
  driftpinVersion,
  encodeArchive,
  formatVersion,
  type ImageVersions,
} from './image-format.js'
export { Instance, type TestInstance } from './instance.js'
export { createRandomSource } from './random-source.js'
export { count } from './running-engine.js'
export { findSharedEngine, sharedEngineOf } from './sessions/direct-session.js'
export { openWatchedPool, type WatchedPool, watchClients } from './sessions/pool.js'
export { type PGliteServer, serve } from './sessions/serve.js'
export { type FoundState, readOwnState } from './sessions/session-state.js'
export { readSetterFunctions, type SetterFunction } from './sessions/setter-functions.js'
export type { SharedEngine } from './sessions/shared-engine.js'
export { askedFor, type Begun, type WatchedPGlite, watchPGlite } from './watch-pglite.js'
