import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ScanResult, scan } from '../../src/scan/index.js'
import { outcomes } from './outcomes.js'

const nobody = 65534

/**
 * The outcomes of a scan by a user who may not read everything, or the error it ended in.
 *
 * The superuser reads files of any mode, so the scan then runs in a process of its own, which
 * gives its rights up only after the code is loaded: the repository may lie where nobody else
 * can go.
 */
export async function scanWithoutPrivileges(root: string): Promise<Record<string, string>> {
  if (process.getuid?.() !== 0) return outcomesOrError(root)
  // As it was built when the run began: Node starts that in a third of the time.
  const built = fileURLToPath(new URL('../../dist/scan/index.js', import.meta.url))
  const script = `
    import { scan } from ${JSON.stringify(built)}
    process.setgroups([])
    process.setgid(${nobody})
    process.setuid(${nobody})
    const print = (result) => process.stdout.write(JSON.stringify(result))
    const failed = ({ code, message, cause }) => ({ code, message, cause: cause.code })
    const root = ${JSON.stringify(root)}
    const told = ({ source, status, error }) => ({ source, status, error })
    const found = ({ rootName, resources }) => ({ rootName, resources: resources.map(told) })
    print(await scan(root).then(found, failed))
  `
  const args = ['--input-type=module', '--eval', script]
  const printed = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  return 'resources' in printed ? outcomes(printed) : printed
}

async function outcomesOrError(root: string): Promise<Record<string, string>> {
  return scan(root).then(
    (found: ScanResult) => outcomes(found),
    ({ code, message, cause }) => ({ code, message, cause: cause.code }),
  )
}
