import { run } from './run-command.js'

/** Prints every module that importing one loads, by Node's own hook. */
const listLoaded = `
import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(\`
import { writeSync } from 'node:fs'
export async function load(url, context, next) { writeSync(1, url + '\\\\n'); return next(url, context) }
\`))
await import(process.argv[1])
`

/** The URLs of all modules that an import loads in a fresh process, Node's own among them. */
export async function loadedModules(folder: string, specifier: string): Promise<string[]> {
  const args = ['--input-type=module', '-e', listLoaded, specifier]
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: folder })
  if (code !== 0 || stderr !== '') throw new Error(`${specifier} cannot be imported. ${stderr}`)
  return stdout.trim().split('\n')
}
