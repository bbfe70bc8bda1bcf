import { mkdir, symlink, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { joinBytes } from '../../src/scan/file-system.js'
import { scanLimits } from '../../src/schema/limits.js'
import { anyCharacter } from '../support/any-character.js'
import { skillText } from './skill-text.js'

/** One entry of a random directory; what a name means depends on where it stands. */
type RandomEntry =
  | { readonly file: Uint8Array }
  | { readonly link: string }
  | { readonly directory: RandomTree }

/** Names in bytes, since a name need not be text; of two equal names the first counts. */
export type RandomTree = readonly (readonly [name: Buffer, entry: RandomEntry])[]

/** Makes a random tree in an empty directory, entries in the given order or in reverse. */
export async function makeRandomTree(
  path: Buffer,
  tree: RandomTree,
  inReverse = false,
): Promise<void> {
  const seen = new Set<string>()
  const unique = tree.filter(([name]) => {
    const key = name.toString('latin1')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  for (const [name, entry] of inReverse ? unique.toReversed() : unique) {
    const below = joinBytes(path, name)
    if ('file' in entry) await writeFile(below, entry.file)
    else if ('link' in entry) await symlink(entry.link, below)
    else {
      await mkdir(below)
      await makeRandomTree(below, entry.directory, inReverse)
    }
  }
}

const isName = (bytes: Buffer) =>
  bytes.length > 0 &&
  bytes.length <= 255 &&
  !bytes.includes(0) &&
  !bytes.includes('/') &&
  !['.', '..'].includes(bytes.toString('latin1'))

const skillNames = ['tides', 'waves', 'a-1', 'Tides', '-', 'a\nb', 'höhle']

const name: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 4, arbitrary: fc.constantFrom(...skillNames).map((text) => Buffer.from(text)) },
    { weight: 2, arbitrary: fc.string({ unit: anyCharacter, minLength: 1 }).map(Buffer.from) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1 }).map(Buffer.from) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 255 }).map((n) => Buffer.alloc(n, 'n')) },
  )
  .filter(isName)

const yaml = fc
  .array(
    fc.constantFrom(
      ...['name: tides', 'name: waves', 'description: x', 'description: "\\0"', 'a: &a', ' - *a'],
      ...[
        '[',
        '{',
        '- ',
        '? ',
        ': ',
        '!!set',
        '"',
        '\t',
        '|',
        '>',
        '#',
        '...',
        '%YAML 1.1',
        '\x1f',
      ],
    ),
    { maxLength: 40 },
  )
  .chain((parts) => fc.constantFrom('\n', '', ' ').map((glue) => parts.join(glue)))

const content: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(...skillNames).map((text) => Buffer.from(skillText(text))),
  yaml.map((text) => Buffer.from(`---\n${text}\n---\n`)),
  fc.uint8Array({ maxLength: 64 }),
  fc.json().map(Buffer.from),
  fc
    .integer({ min: scanLimits.resourceBytesMax - 1, max: scanLimits.resourceBytesMax + 5000 })
    .map((size) => Buffer.alloc(size, 'x')),
)

const file = content.map((bytes): RandomEntry => ({ file: bytes }))

const link = fc
  .constantFrom(
    ...['missing', '.', '..', '../..', '/', '/etc/passwd', 'AGENTS.md', '../AGENTS.md'],
    ...[
      'tides',
      'skills',
      '../skills',
      '../.claude/skills',
      'skills/tides',
      'skills/tides/SKILL.md',
    ],
    ...['SKILL.md', '../waves/SKILL.md', 'CLAUDE.md', '.agents'],
  )
  .map((target): RandomEntry => ({ link: target }))

const directory = (tree: fc.Arbitrary<RandomTree>) =>
  tree.map((entries): RandomEntry => ({ directory: entries }))

const named = (text: string) => fc.constant(Buffer.from(text))

const skill = directory(
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(named('SKILL.md'), fc.oneof(file, link)) },
      { weight: 1, arbitrary: fc.tuple(named('SKILL.md'), directory(fc.constant([]))) },
      { weight: 1, arbitrary: fc.tuple(name, file) },
    ),
    { maxLength: 3 },
  ),
)

/** The skill that its directory promises, so that many are ok. */
const goodSkill = fc.constantFrom(...skillNames).map((text): readonly [Buffer, RandomEntry] => {
  const entry: RandomEntry = { file: Buffer.from(skillText(text)) }
  return [Buffer.from(text), { directory: [[Buffer.from('SKILL.md'), entry]] }]
})

const skills = fc.oneof(
  {
    weight: 6,
    arbitrary: directory(
      fc.array(fc.oneof(goodSkill, fc.tuple(name, fc.oneof(skill, file, link))), { maxLength: 8 }),
    ),
  },
  { weight: 1, arbitrary: link },
  { weight: 1, arbitrary: file },
)

/** Trees in which every rule of a scan meets every other. */
export const randomTree: fc.Arbitrary<RandomTree> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom('AGENTS.md', 'CLAUDE.md', '.cursorrules', '.mcp.json').map(Buffer.from),
      fc.oneof(file, link, skill),
    ),
    fc.tuple(named('skills'), skills),
    fc.tuple(
      fc.constantFrom('.agents', '.claude', '.codex').map(Buffer.from),
      fc.oneof(
        directory(fc.tuple(fc.tuple(named('skills'), skills))),
        directory(fc.tuple(fc.tuple(named('skills'), skills))),
        link,
      ),
    ),
    fc.tuple(name, fc.oneof(file, link)),
  ),
  { maxLength: 12 },
)
