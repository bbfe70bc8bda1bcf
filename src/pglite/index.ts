/**
 * One PGlite from the inside: its engine, images of it, marks and rewinds, and its sessions.
 *
 * @module
 */

export { type Archive, buildArchive, decodeArchive, encodeArchive } from './archive.js'
export { type DataFile, dataFilesIn, dataFilesOf } from './data-files.js'
export { buildTemplate } from './engine/build-template.js'
export type { Image } from './engine/image.js'
export { decodeImage, encodeImage, readSavedImage, saveImage } from './engine/image-file.js'
export type { Extensions } from './engine/open-engine.js'
export {
  imageSettings,
  initdbParameters,
  plainSettings,
  startParameters,
} from './engine/start-parameters.js'
export { readWasm } from './engine/wasm.js'
export type { PgliteErrorCode } from './error-codes.js'
export { isRunning, makeOnce, readLock, takeLock } from './file-lock.js'
export { EngineNotStarted, openFolderEngine } from './folder-engine.js'
export {
  extractFolderImage,
  type FolderFacts,
  type FolderHeader,
  type OnProgress,
  readFolderImage,
  writeFolderImage,
} from './folder-image.js'
export { defaultCacheDirectory, ImageCache, projectDirectory } from './image-cache.js'
export { driftpinVersion, formatVersion, type ImageVersions } from './image-format.js'
export { Instance, type TestInstance } from './instance.js'
export { PlainInstance, warnOfUnprovenBuild } from './plain-instance.js'
export { createRandomSource } from './random-source.js'
export { count } from './running-engine.js'
export { findSharedEngine, sharedEngineOf } from './sessions/direct-session.js'
export { openWatchedPool, type WatchedPool, watchClients } from './sessions/pool.js'
export { type PGliteServer, serve } from './sessions/serve.js'
export { readOwnState, readSetterFunctions, type SetterFunction } from './sessions/session-state.js'
export type { SharedEngine } from './sessions/shared-engine.js'
export { askedFor, type Begun } from './watch-pglite.js'
