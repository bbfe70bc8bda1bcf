import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Loaded before the command: nobody has installed libpg-query.

if (isMainThread) register(import.meta.url)

/** Node asks this of every import. */
export async function resolve(specifier, context, next) {
  return await next(
    specifier === 'libpg-query' ? 'libpg-query-that-is-missing' : specifier,
    context,
  )
}
