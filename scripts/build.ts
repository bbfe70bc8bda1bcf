import { execFileSync } from 'node:child_process'
import { chmod, copyFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

// Plain tsc, and the one file that the package ships beside what that makes.

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

await rm(path('dist'), { recursive: true, force: true })
execFileSync(
  process.execPath,
  [path('node_modules/typescript/bin/tsc'), '-p', path('tsconfig.build.json')],
  { stdio: 'inherit' },
)
await copyFile(path('src/schema/generated/schema.sql'), path('dist/schema/schema.sql'))
await chmod(path('dist/cli/main.js'), 0o755)
