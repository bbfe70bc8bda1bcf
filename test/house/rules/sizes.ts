import { isCode, offsetsOf, type Rule } from '../rule.js'

const [fileLinesMax, lineLengthMax] = [300, 100]

export const fileSize: Rule = {
  name: 'a file is longer than what one idea needs',
  instead: 'It holds two ideas: give the second a file of its own.',
  applies: isCode,
  find: ({ text }) => {
    const lines = text.split('\n').length - 1
    return lines > fileLinesMax
      ? [`has ${lines} lines, and at most ${fileLinesMax} are allowed.`]
      : []
  },
  planted: [{ file: 'src/context/push.ts', text: 'x\n'.repeat(fileLinesMax + 1) }],
  fine: [
    { file: 'src/context/push.ts', text: 'x\n'.repeat(fileLinesMax) },
    { file: 'src/schema/generated/tables.ts', text: 'x\n'.repeat(1000) },
  ],
}

/** Code is broken by the formatter, in `npm run check`; what it cannot break is one piece. */
export const commentLength: Rule = {
  name: `a comment is longer than ${lineLengthMax} columns`,
  instead: 'Break it, or say it shorter.',
  applies: (file) => isCode(file) || /^src\/migrations\/.*\.sql$/.test(file),
  find: ({ text }) =>
    offsetsOf(text, /^ *(\/\/|\/?\*+|--) .*$/gm).filter((offset) => {
      const line = text.slice(offset, text.indexOf('\n', offset))
      return line.length > lineLengthMax && !/https?:\/\/\S+$/.test(line)
    }),
  planted: [
    { file: 'src/context/push.ts', text: `  // ${'x'.repeat(lineLengthMax)}\n` },
    { file: 'src/context/push.ts', text: `/** ${'x'.repeat(lineLengthMax)} */\n` },
  ],
  fine: [
    { file: 'src/context/push.ts', text: `// ${'x'.repeat(lineLengthMax - 3)}\n` },
    { file: 'src/context/push.ts', text: `const text = '${'x'.repeat(lineLengthMax)}'\n` },
  ],
}
