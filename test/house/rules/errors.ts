import { isSource, offsetsOf, type Rule } from '../rule.js'

/** What a user of the library can be thrown; the command line prints a message and ends. */
export const errorClass: Rule = {
  name: 'a plain Error is thrown',
  instead: 'Throw a DriftpinError: a code, what happened, what to do, and a cause.',
  applies: (file) => isSource(file) && !file.startsWith('src/cli/'),
  find: ({ text }) =>
    offsetsOf(
      text.replaceAll(/^ *\*.*$/gm, (line) => ' '.repeat(line.length)),
      /\bthrow new (Type|Range|Aggregate)?Error\(/g,
    ),
  planted: [{ file: 'src/context/push.ts', text: "throw new Error('no')\n" }],
  fine: [
    { file: 'src/context/push.ts', text: "throw new DriftpinError('invalid_input', '', {})\n" },
    { file: 'src/context/push.ts', text: " * throw new Error('an example')\n" },
  ],
}

export const messageText: Rule = {
  name: 'an error is told by the text of its message',
  instead: 'Ask for its code or its SQLSTATE: texts change with versions and languages.',
  applies: isSource,
  find: ({ text }) =>
    offsetsOf(
      text,
      /\bmessage\)?\.(includes|match|startsWith|endsWith|search)\(|\/[a-z]*\.test\(\w*\.?message\)/g,
    ),
  planted: [
    { file: 'src/a.ts', text: "if (error.message.includes('duplicate')) return\n" },
    { file: 'src/a.ts', text: 'if (/duplicate/i.test(error.message)) return\n' },
  ],
  fine: [{ file: 'src/a.ts', text: "if (sqlState(error) === '23505') return error.message\n" }],
}

export const returnedError: Rule = {
  name: 'an error is returned in an object',
  instead: 'Throw it: what is returned can be overlooked.',
  applies: isSource,
  find: ({ text }) => offsetsOf(text, /\breturn \{ error\b/g),
  planted: [{ file: 'src/a.ts', text: 'return { error }\n' }],
  fine: [{ file: 'src/a.ts', text: "return { error: '' }\n".replace('error', 'errors') }],
}
