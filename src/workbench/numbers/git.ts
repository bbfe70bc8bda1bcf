import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DriftpinError } from '../../errors.js'

const run = promisify(execFile)
const outputBytesMax = 64 * 1024 * 1024

/** A hook has these, which would stand above the folder that is asked about. */
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'] as const

/**
 * Asks git something, in a folder; undefined when it says no.
 *
 * @throws DriftpinError `invalid_input` where there is no git.
 */
export async function git(directory: string, args: readonly string[]): Promise<string | undefined> {
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C' }
  for (const name of ofHooks) delete env[name]
  try {
    const { stdout } = await run('git', ['-C', directory, ...args], {
      maxBuffer: outputBytesMax,
      env,
    })
    return stdout
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') return undefined
    throw new DriftpinError(
      'invalid_input',
      'There is no program git, which knows what belongs to which branch. Install it.',
      error,
    )
  }
}

/** The parts of an answer of git that was asked with -z. */
export function zeroSeparated(answer: string | undefined): string[] {
  return (answer ?? '').split('\0').filter((part) => part !== '')
}
