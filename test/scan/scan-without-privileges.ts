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
  const imports = ['../../src/scan/index.ts', './outcomes.ts'].map((path) =>
    JSON.stringify(fileURLToPath(new URL(path, import.meta.url))),
  )
  const script = `
    import { scan } from ${imports[0]}
    import { outcomes } from ${imports[1]}
    process.setgroups([])
    process.setgid(${nobody})
    process.setuid(${nobody})
    const print = (result) => process.stdout.write(JSON.stringify(result))
    const failed = ({ code, message, cause }) => ({ code, message, cause: cause.code })
    const root = ${JSON.stringify(root)}
    print(await scan(root).then(outcomes, failed))
  `
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

async function outcomesOrError(root: string): Promise<Record<string, string>> {
  return scan(root).then(
    (found: ScanResult) => outcomes(found),
    ({ code, message, cause }) => ({ code, message, cause: cause.code }),
  )
}
