import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Loaded before the command: to archive one chat archives every chat that comes after it, too.

if (isMainThread) register(import.meta.url)

/** Node asks this of every module. */
export async function load(url, context, next) {
  const loaded = await next(url, context)
  if (!url.endsWith('/context/archive.js')) return loaded
  const source = String(loaded.source)
  const spoilt = source.replace('WHERE id =', 'WHERE id >=')
  if (spoilt === source) throw new Error('Nothing could be planted.')
  return { ...loaded, source: spoilt }
}
