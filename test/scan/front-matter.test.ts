import { expect, test } from 'vitest'
import { readFrontMatter } from '../../src/scan/body.js'

const fenced = (yaml: string) => `---\n${yaml}\n---\n# Body\n`
const minimal = 'name: tides\ndescription: Reads tide tables.'
const tides = { name: 'tides', description: 'Reads tide tables.' }

test.each([
  ['plain', fenced(minimal)],
  ['with CRLF lines', fenced(minimal).replaceAll('\n', '\r\n')],
  ['with spaces after the fences', `---  \n${minimal}\n---\t\n`],
  ['that ends with the file', `---\n${minimal}\n---`],
  ['with other fields', fenced(`${minimal}\nlicense: MIT\nmetadata:\n  tags: [sea, moon]`)],
  ['with tools that look like YAML', fenced(`${minimal}\nallowed-tools: Bash(git:*) Read`)],
  ['with an anchor nobody uses', fenced(`${minimal}\nmetadata: &m {a: b}`)],
  ['with a comment', fenced(`# what it is\n${minimal}`)],
  ['with quotes', fenced('"name": "tides"\ndescription: "Reads tide \\u0074ables."')],
  ['followed by YAML that is broken', `${fenced(minimal)}: [ {\n---\n`],
])('front matter %s is read', (_, text) => {
  expect(readFrontMatter(text, 'tides')).toEqual(tides)
})

test('a description over several lines keeps the line ends that YAML gives it', () => {
  const text = fenced('name: tides\ndescription: |\n  Reads\n  tide tables.')
  expect(readFrontMatter(text, 'tides')).toEqual({ ...tides, description: 'Reads\ntide tables.\n' })
})

test.each([
  ['an empty file', ''],
  ['a file without front matter', '# Tides\n'],
  ['a fence after a blank line', `\n${fenced(minimal)}`],
  ['a fence of four dashes', `----\n${minimal}\n----\n`],
  ['an open end', `---\n${minimal}\n`],
  ['no YAML', fenced('')],
  ['only a comment', fenced('# none')],
  ['a list', fenced('- name: tides')],
  ['a scalar', fenced('tides')],
  ['two documents', fenced(`${minimal}\n...\n${minimal}`)],
  ['a YAML directive', fenced(`%YAML 1.1\n${minimal}`)],
  ['broken indentation', fenced(`${minimal}\n a: b`)],
  ['a tab as indentation', fenced(`${minimal}\nmetadata:\n\ta: b`)],
  ['a colon in a plain description', fenced('name: tides\ndescription: Reads: tides')],
  ['an open quote', fenced('name: tides\ndescription: "open')],
  ['a key twice', fenced(`${minimal}\nname: tides`)],
  ['a key twice further down', fenced(`${minimal}\nmetadata: {a: 1, b: 2, a: 3}`)],
  ['an alias', fenced(`${minimal}\na: &a x\nb: *a`)],
  ['a merge', fenced(`base: &base {name: tides}\n<<: *base\ndescription: x`)],
  ['a tag', fenced('name: !!str tides\ndescription: x')],
  ['a tag of JavaScript', fenced(`${minimal}\nrun: !!js/function "function () {}"`)],
  ['no name', fenced('description: x')],
  ['an empty name', fenced('name:\ndescription: x')],
  ['a name that is a number', fenced('name: 7\ndescription: x')],
  ['a name that is a list', fenced('name: [tides]\ndescription: x')],
  ['the name of another directory', fenced('name: waves\ndescription: x')],
  ['no description', fenced('name: tides')],
  ['an empty description', fenced('name: tides\ndescription: ""')],
  ['a blank description', fenced('name: tides\ndescription: "  \\n"')],
  ['a description that is null', fenced('name: tides\ndescription: ~')],
  ['a description that is a number', fenced('name: tides\ndescription: 7')],
  ['a description that is a map', fenced('name: tides\ndescription: {a: b}')],
  ['a description with a NUL', fenced('name: tides\ndescription: "a\\0b"')],
  ['a description with a lone surrogate', fenced('name: tides\ndescription: "a\\uD800b"')],
  ['a description of 1025 characters', fenced(`name: tides\ndescription: ${'x'.repeat(1025)}`)],
])('%s is invalid', (_, text) => {
  expect(readFrontMatter(text, 'tides')).toEqual({ invalid: expect.any(String) })
})

test('a description is measured in characters and not in bytes', () => {
  const description = '\u{1f30a}'.repeat(1024)
  const text = fenced(`name: tides\ndescription: ${description}`)
  expect(readFrontMatter(text, 'tides')).toEqual({ name: 'tides', description })
})

test.each(['a', '7', 'a-1', 'tide-tables-2', 'x'.repeat(64)])('the name %s is good', (name) => {
  const text = fenced(`name: "${name}"\ndescription: x`)
  expect(readFrontMatter(text, name)).toMatchObject({ name })
})

test.each(['-a', 'a-', 'a--b', 'A', 'a_b', 'a b', 'a.b', 'é', 'a\n', '-', 'x'.repeat(65)])(
  'the name %j is invalid even where the directory has it too',
  (name) => {
    const text = fenced(`name: ${JSON.stringify(name)}\ndescription: x`)
    expect(readFrontMatter(text, name)).toEqual({ invalid: expect.any(String) })
  },
)

test('an error of YAML tells the line of the file and quotes nothing of it', () => {
  const text = fenced('name: tides\n hunter: 2\ndescription: x')
  expect(readFrontMatter(text, 'tides')).toEqual({
    invalid: 'front matter: not valid YAML (BLOCK_AS_IMPLICIT_KEY in line 2)',
  })
})

const sizes = [15 * 1024, 60 * 1024]
const hostile = [
  '[',
  '{a: ',
  '- ',
  '? ',
  '- ? ',
  '[{',
  ']',
  '}{',
  ': ',
  '"',
  '""',
  "'",
  '&a ',
  '!a ',
  '*a ',
  'a:\n - b\n',
  '<<: {a: b}\n',
  '\n',
  '#\n',
  '\t',
  '%a\n',
  '...\n',
  '--- a\n',
  '|',
  '>',
  ',',
  ' x\n',
  '\r',
  '\x01',
  '\x02',
  '\x18',
  '\x1f[',
  '\\',
  '\ufeff',
]

test.each(sizes)('%i bytes of any hostile pattern are invalid and no crash', (size) => {
  for (const pattern of hostile) {
    const yaml = pattern.repeat(size / pattern.length)
    for (const text of [fenced(yaml), fenced(`a: ${yaml}`), fenced(`${minimal}\na: ${yaml}`)]) {
      const read = readFrontMatter(text, 'tides')
      if ('invalid' in read) expect(read.invalid.length).toBeLessThan(120)
      else expect(read).toEqual(tides)
    }
  }
})

test('nesting is refused long before the stack of the process ends', () => {
  for (const pattern of ['[', '{a: ', '- ', '? ']) {
    const text = fenced(`name: tides\ndescription: x\na:\n ${pattern.repeat(600)}`)
    expect(readFrontMatter(text, 'tides')).toEqual({
      invalid: 'front matter: YAML nested too deeply',
    })
  }
})

test('an alias bomb is refused', () => {
  const bomb = Array.from({ length: 100 }, (_, i) => `k${i}: &a${i} [*a${i - 1}, *a${i - 1}]`)
  const text = fenced(`${minimal}\nk: &a-1 x\n${bomb.join('\n')}`)
  expect(readFrontMatter(text, 'tides')).toEqual({
    invalid: 'front matter: YAML aliases are not accepted',
  })
})

test('thousands of different keys are refused before they are compared', () => {
  const keys = Array.from({ length: 4000 }, (_, i) => `${i.toString(36)}:`).join('\n')
  expect(readFrontMatter(fenced(`${minimal}\nm: {${keys}}`), 'tides')).toEqual({
    invalid: expect.any(String),
  })
})
