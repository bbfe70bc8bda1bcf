import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** Makes a folder a strict project with our dependencies, and type-checks one file of it. */
export async function typeCheck(folder: string, file: string) {
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  const strict = ['strict', 'noUnusedLocals', 'noUnusedParameters', 'exactOptionalPropertyTypes']
  const options = { module: 'nodenext', target: 'es2023', types: '', ignoreConfig: 'true' }
  return await run(
    process.execPath,
    [
      join(repository, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--skipLibCheck',
      ...strict.map((name) => `--${name}`),
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      file,
    ],
    { cwd: folder },
  )
}
