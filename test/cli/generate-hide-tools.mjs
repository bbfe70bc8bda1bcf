import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Loaded before the command: nobody has installed pglite-tools.

if (isMainThread) register(import.meta.url)

const tools = '@electric-sql/pglite-tools'

/** Node asks this of every import. */
export async function resolve(specifier, context, next) {
  return await next(specifier.startsWith(tools) ? `${tools}-missing` : specifier, context)
}
