import { DriftpinError } from '../../errors.js'

/** PostgreSQL's own grammar, as far as it is used here. */
export type Parser = Pick<typeof import('libpg-query'), 'parseSync' | 'scanSync'>

/**
 * Loads the grammar, which only those who lint have to install.
 *
 * @throws DriftpinError `tool_missing` where it is not installed, with the command that does it.
 */
export async function loadParser(): Promise<Parser> {
  const module = await import('libpg-query').catch((cause) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new DriftpinError(
      'tool_missing',
      "The lint reads SQL with PostgreSQL's own grammar, which is not installed here: " +
        'npm install --save-dev libpg-query@18',
      cause,
    )
  })
  await module.loadModule()
  return module
}
