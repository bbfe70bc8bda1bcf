import { loadPeer } from '../load-peer.js'

/** PostgreSQL's own grammar, as far as it is used here. */
export type Parser = Pick<typeof import('libpg-query'), 'parseSync' | 'scanSync'>

/**
 * Loads the grammar, which only those who lint have to install.
 *
 * @throws DriftpinError `tool_missing` where it is not installed, with the command that does it.
 */
export async function loadParser(): Promise<Parser> {
  const module = await loadPeer(
    () => import('libpg-query'),
    "The lint reads SQL with PostgreSQL's own grammar, which is not installed here: " +
      'npm install --save-dev libpg-query@18',
  )
  await module.loadModule()
  return module
}
