import { isCode, isTest, offsetsOf, type Rule } from '../rule.js'

const isText = (file: string) => !/\.(svg|png)$/.test(file)

export const dashes: Rule = {
  name: 'a text has an em or en dash',
  instead: 'Write a comma, a colon, a full stop, or "to".',
  applies: isText,
  find: ({ text }) => offsetsOf(text, /[\u2013\u2014]/g),
  planted: [
    { file: 'README.md', text: 'pins \u2014 copies\n' },
    { file: 'src/a.ts', text: '// 1\u20132\n' },
  ],
  fine: [{ file: 'README.md', text: 'well-known, 1 to 2, -1\n' }],
}

export const emoji: Rule = {
  name: 'a text has an emoji',
  instead: 'Say it in words.',
  applies: (file) => isText(file) && !isTest(file),
  find: ({ text }) => offsetsOf(text, /\p{Emoji_Presentation}/gu),
  planted: [{ file: 'README.md', text: 'fast \u{1F680}\n' }],
  fine: [{ file: 'README.md', text: '* 1 # \u2713\n' }],
}

// In pieces, so that it is not found here.
const marks = ['TO', 'DO|FIX', 'ME|XX', 'X|HA', 'CK'].join('')

export const unfinished: Rule = {
  name: 'a note says that something is unfinished',
  instead: 'Do it, or file an issue.',
  applies: (file) => isText(file) && file !== 'test/house/rules/words.ts',
  find: ({ text }) => offsetsOf(text, new RegExp(`\\b(${marks})\\b`, 'g')),
  planted: [{ file: 'src/a.ts', text: `// ${marks.split('|')[0]}: later\n` }],
  fine: [{ file: 'src/a.ts', text: '// What is left to do is done by the caller.\n' }],
}

export const registries: Rule = {
  name: 'the address of a package registry',
  instead: 'Leave it to the configuration of whoever installs.',
  applies: (file) => file !== 'test/house/rules/words.ts',
  find: ({ text }) => offsetsOf(text, /registry\.[a-z]+\.(org|com)|(deb|security)\.debian\.org/g),
  planted: [{ file: 'package.json', text: '"https://registry.npmjs.org/zod"\n' }],
  fine: [{ file: 'README.md', text: 'https://kysely.dev\n' }],
}

export const reasons: Rule = {
  name: 'a check is switched off without a reason',
  instead: 'Say why after a colon, so that it can be taken out when the reason is gone.',
  applies: (file) => isCode(file) && file !== 'test/house/rules/words.ts',
  find: ({ text }) =>
    offsetsOf(
      text,
      /(@ts-(ignore|nocheck)|@ts-expect-error(?!: \S+ \S)|biome-ignore [^\s:]+(?![^\s:])(?!: \S))/g,
    ),
  planted: [
    { file: 'src/a.ts', text: '// @ts-expect-error\n' },
    { file: 'src/a.ts', text: '// @ts-ignore: it is late\n' },
    { file: 'src/a.ts', text: '// biome-ignore lint/suspicious/noExplicitAny\n' },
  ],
  fine: [
    { file: 'src/a.ts', text: '// @ts-expect-error: there is no such column.\n' },
    { file: 'src/a.ts', text: '// biome-ignore lint/suspicious/noExplicitAny: what Node gives.\n' },
  ],
}

export const wholeSentences: Rule = {
  name: 'a comment is no whole sentence',
  instead: 'Say why, in a sentence that ends.',
  applies: isCode,
  find: ({ text }) =>
    // The last line of each block of them.
    offsetsOf(text, /^ *\/\/ (?!biome-ignore|@ts-)[^\n]*[^\n.:?!)`]\n(?! *\/\/)/gm),
  planted: [
    { file: 'src/a.ts', text: '// increment\ncount += 1\n' },
    {
      file: 'src/a.ts',
      text: '  // It is one more, since\n  // the last is not counted\n  n += 1\n',
    },
  ],
  fine: [
    { file: 'src/a.ts', text: '// The last is not counted.\ncount += 1\n' },
    { file: 'src/a.ts', text: '// biome-ignore lint/a/b: what Node gives\nuse()\n' },
    { file: 'src/a.ts', text: '// It is one more, since\n// the last is not counted.\nn += 1\n' },
  ],
}
