import { join } from 'node:path'
import { installOnce } from './install-once.js'

/** The newest of each major that the registry had. */
const versions = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' } as const

/** The majors of Node that the package has to work on. */
export const nodeMajors = Object.keys(versions).map(Number) as (keyof typeof versions)[]

/** A Node of a major, installed when it is asked for: the folder that its `node` is in. */
export async function nodeFolder(major: keyof typeof versions): Promise<string> {
  const version = versions[major]
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const manifest = await installOnce(`driftpin-nodes/${version}`, `${name}@${version}`)
  return join(manifest, '../node_modules', name, 'bin')
}
