import { run } from '../support/run-command.js'

/**
 * Sees to it that the system has a locale in UTF-8, if need be by installing it as root, and says
 * what it is called.
 *
 * @throws Error with what to install.
 */
export async function needLocale(name: string): Promise<string> {
  const locale = `${name}.UTF-8`
  if (await hasLocale(name)) return locale
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  if (process.getuid?.() === 0) {
    await run('apt-get', ['update'], { env })
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'locales'], { env })
    await run('localedef', ['-i', name, '-f', 'UTF-8', locale])
  }
  if (await hasLocale(name)) return locale
  throw new Error(`The locale ${locale} is needed: install locales, and localedef -i ${name}.`)
}

async function hasLocale(name: string): Promise<boolean> {
  const { stdout } = await run('locale', ['-a'])
  return stdout.split('\n').some((line) => line.toLowerCase() === `${name.toLowerCase()}.utf8`)
}
