import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** What a code host calls the headings of a page in a link: those alike are counted. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of text.matchAll(/^#+ (.*)$/gm)) {
    const words = heading!.toLowerCase().replaceAll(/[^\w\- ]/g, '')
    const anchor = words.replaceAll(' ', '-')
    let [name, count] = [anchor, 0]
    while (anchors.has(name)) name = `${anchor}-${++count}`
    anchors.add(name)
  }
  return anchors
}

/** The links of a page that lead nowhere, as they are written. */
async function deadLinks(file: string, text: string): Promise<string[]> {
  const prose = text.replaceAll(/^ *```.*?^ *```/gms, '').replaceAll(/`[^`\n]*`/g, '`')
  const dead = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(async ([, link]) => {
    if (/^[a-z]+:/.test(link!)) return []
    const [path, anchor] = link!.split('#')
    const target = path === '' ? file : join(dirname(file), path!)
    if (!existsSync(join(repository, target))) return [`${file}: ${link}`]
    if (anchor === undefined || !target.endsWith('.md')) return []
    const there = target === file ? text : await readFile(join(repository, target), 'utf8')
    const isThere = anchorsOf(there).has(anchor) || there.includes(`<a id="${anchor}">`)
    return isThere ? [] : [`${file}: ${link}`]
  })
  return (await Promise.all(dead)).flat()
}

test('every link inside the repository leads somewhere', async () => {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: repository,
  })
  const pages = stdout.split('\n').filter((file) => file !== '')
  const dead = await Promise.all(
    pages.map(async (file) => deadLinks(file, await readFile(join(repository, file), 'utf8'))),
  )
  expect(pages.length).toBeGreaterThan(15)
  expect(dead.flat()).toEqual([])
})

test('a link to no file and one to no heading are seen', async () => {
  const text = '# Home\n\n[a](#home) [b](docs/none.md) [c](README.md#none) [d](#away)\n'
  expect(await deadLinks('README.md', text)).toEqual([
    'README.md: docs/none.md',
    'README.md: README.md#none',
    'README.md: #away',
  ])
})
