import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printJsonb } from '../../src/context/jsonb.js'
import { sanitiseName, sanitisePath, sanitiseText } from '../../src/context/sanitise-text.js'
import { createTextComparison } from '../../src/context/text-hunks.js'
import { aggregateHash, kindHashes } from '../../src/index.js'
import { resources, source } from '../../src/laws/arbitraries/index.js'
import { jsonBytes, jsonValue } from '../../src/laws/arbitraries/json.js'
import { cutToBytes, text } from '../../src/laws/arbitraries/text.js'
import * as modelHashes from '../../src/laws/model/hashes.js'
import { rightHunks } from '../../src/laws/model/hunks.js'
import * as texts from '../../src/laws/model/prompt-text.js'
import { jsonbText } from '../../src/laws/model/text.js'
import { cutText } from '../../src/scan/intake.js'
import { runs } from './runs.js'

// The model is the oracle of the laws. If it used code of the operations, a defect in that code
// would be in both, and no law could find it.

const root = fileURLToPath(new URL('../../src/', import.meta.url))

/** An import or export: whether all of it is types, the names, and the module. */
const importPattern = /^(?:import|export)\b( type\b)?([^'"()]*?)\bfrom\s*['"]([^'"]+)['"]/gms

/** What the model may import besides the types of the schema. */
const modules = /^(node:.*|laws\/model\/.*|laws\/row-reader)$/
const constantsOfSchema = /^\s*\{\s*((type \w+|limits|enums)(,\s*|\s*(?=\})))+\}\s*$/

function forbiddenImports(file: string, code: string): string[] {
  return [...code.matchAll(importPattern)].flatMap(([, isType, names, specifier]) => {
    const target = specifier!.startsWith('.')
      ? new URL(specifier!, `file:///${file}`).pathname.slice(1).replace(/\.js$/, '')
      : specifier!
    const isOfSchema = target === 'schema/index' && (isType || constantsOfSchema.test(names!))
    return isOfSchema || modules.test(target) ? [] : [`${file}: ${target}`]
  })
}

/** Whether an import has values of the code that the laws check, and not only its types. */
function isOfSubject([, isType, names, specifier]: RegExpMatchArray): boolean {
  const isAllTypes = /^\s*\{\s*(type \w+(,\s*|\s*(?=\})))+\}\s*$/.test(names!)
  return !isType && !isAllTypes && /\/(context|scan)\/|^[./]*index\.js$/.test(specifier!)
}

describe('the model', () => {
  test('imports no code of the operations that it predicts', async () => {
    const names = await readdir(join(root, 'laws/model'))
    const files = await Promise.all(
      names.map(async (name) => {
        const file = `laws/model/${name}`
        return forbiddenImports(file, await readFile(join(root, file), 'utf8'))
      }),
    )
    expect(names.length).toBeGreaterThan(0)
    expect(files.flat()).toEqual([])
  })

  test('and no operation of the laws, whose predictions stand beside it, imports any', async () => {
    const names = await readdir(join(root, 'laws/operations'))
    const imports = await Promise.all(
      names.map(async (name) => {
        const code = await readFile(join(root, 'laws/operations', name), 'utf8')
        return [...code.matchAll(importPattern)].filter(isOfSubject).map(([line]) => line)
      }),
    )
    expect(names.length).toBeGreaterThan(0)
    expect(imports.flat()).toEqual([])
  })

  test('of which this is one', () => {
    const code = "import { type PushParams, pushSnapshot } from '../../context/index.js'"
    expect([...code.matchAll(importPattern)].filter(isOfSubject)).toHaveLength(1)
  })

  test.each([
    "import { sanitiseText } from '../../context/index.js'",
    "import type { PushParams } from '../../context/index.js'",
    "import { aggregateHash, type BodyKind, enums } from '../../schema/index.js'",
    "import {\n  cutText,\n} from '../../scan/index.js'",
    "export { printJsonb } from '../../context/index.js'",
  ])('must not contain %j', (line) => {
    expect(forbiddenImports('laws/model/prompt.ts', line)).toHaveLength(1)
  })
})

describe('the oracle agrees with the operations', () => {
  const tagged = fc.constantFrom(
    ...[
      '<agent-context>',
      '</ skill>',
      '< /SKILLS',
      '<skills\u0130',
      '<skillset',
      '<\u017fkill>',
      '<skill\u00df',
    ],
    ...['<!-->', '<!--->', '<!-', '-->', '--', '<!<!-- x -->-- y -->', '\r', ' \t\r\n', '\n\n\n'],
    ...[
      '</x:agent_context>',
      '<\\/аgent context>',
      '＜ᐟskill＞',
      '﹤!available\u2011skills',
      '</name>',
    ],
    ...[
      '\u001b[0m',
      '\u009b1;2H',
      '\u001b',
      '<?',
      ':',
      '_',
      '\ufffc',
      '\u2800',
      '\u0338',
      '‹/location',
    ],
    ...['&', "'", '"', 'क', '\u{1f469}', '\u{1f3fd}', '\u200d', '\ufe0f', '\u0301', '\u0600'],
    ...['\u200c', '\u200b', '\u{e0041}', '<instruction-\u00adfile', '\u2003', '\u212a'],
  )
  const writing = fc
    .array(fc.oneof(tagged, text({ piecesMax: 3 })), { maxLength: 12 })
    .map((parts) => parts.join(''))

  test('on how a text is sanitised for a prompt', () => {
    const property = fc.property(writing, (one) => {
      expect(texts.sanitise(one)).toBe(sanitiseText(one))
      expect(texts.sanitisePath(one)).toBe(sanitisePath(one))
      expect(texts.sanitiseName(one)).toBe(sanitiseName(one))
    })
    fc.assert(property, runs(500))
  })

  test('on the text of jsonb', () => {
    const property = fc.property(jsonValue(), (value) => {
      expect(jsonbText(value)).toBe(printJsonb(value))
    })
    fc.assert(property, runs(500))
    for (const number of [0, -1, 1e21, 1e-7, 1.5e300, 5e-324, -1e100, 1.25e-10, 2 ** 63]) {
      expect(jsonbText(number)).toBe(printJsonb(number))
      expect(jsonBytes(number)).toBeGreaterThanOrEqual(jsonbText(number).length - 1)
    }
  })

  test('on the hashes', async () => {
    const property = fc.asyncProperty(resources(), async (list) => {
      const contents = list.map(
        ({ source, kind, body, contentHash, sizeBytes, status, error = '', sourcePath = '' }) =>
          [source, { kind, body, status, error, sourcePath, sizeBytes, contentHash }] as const,
      )
      const expected = await kindHashes(list)
      expect(modelHashes.kindHashes(new Map(contents))).toEqual(expected)
      expect(modelHashes.aggregateHash(new Map(contents))).toBe(await aggregateHash(expected))
    })
    await fc.assert(property, runs(100))
  })

  const lines = fc
    .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'a', 'a\r\n'), { maxLength: 30 })
    .map((parts) => parts.join(''))

  test('on the lines that differ between two texts', () => {
    const property = fc.property(lines, lines, (pinned, live) => {
      const hunks = createTextComparison()(pinned, live)!
      expect(hunks).not.toBeNull()
      expect(rightHunks(pinned, live, hunks)).toBe(hunks)
      if (hunks.length === 0) return
      const wrong = [
        ...[null, undefined, hunks.slice(1), [...hunks, ...hunks], hunks.toReversed()],
        ...(['pinnedStart', 'pinnedLines', 'liveStart', 'liveLines'] as const).map((field) =>
          hunks.with(-1, { ...hunks.at(-1)!, [field]: hunks.at(-1)![field] + 1 }),
        ),
        hunks.with(0, { ...hunks[0]!, lines: hunks[0]!.lines.slice(1) }),
        hunks.with(0, { ...hunks[0]!, lines: [...hunks[0]!.lines, ' more'] }),
      ]
      for (const one of wrong) {
        if (JSON.stringify(one) === JSON.stringify(hunks)) continue
        expect(rightHunks(pinned, live, one)).not.toBe(one)
      }
    })
    fc.assert(property, runs(200))
    const worse = { pinnedStart: 1, pinnedLines: 2, liveStart: 1, liveLines: 1 }
    const longer = [{ ...worse, lines: ['-a', '-b', '+a'] }]
    expect(rightHunks('a\nb\n', 'a\n', longer)).toContain('they have 3 changed lines')
  })

  test('on where a text is cut', () => {
    const property = fc.property(source(), fc.nat(40), (one, bytesMax) => {
      expect(cutToBytes(one, bytesMax)).toBe(cutText(one, bytesMax))
    })
    fc.assert(property, runs(200))
  })
})
