import { basename } from 'node:path'
import { isCode, isSource, offsetsOf, type Rule } from '../rule.js'

const buckets = /^(utils?|common|types|helpers?|misc|shared|stuff|lib)$/
const baseOf = (file: string) => basename(file).replace(/\..*$/, '')

export const fileName: Rule = {
  name: 'a file name is not in kebab-case, or a bucket',
  instead: 'Name it in kebab-case after its one subject.',
  applies: isCode,
  find: ({ file }) => {
    const base = baseOf(file)
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(base)) return ['is not in kebab-case.']
    // A test may well be about types.
    return buckets.test(base) && !/\.(test|full)\./.test(file)
      ? ['is a bucket, into which everything goes.']
      : []
  },
  planted: [
    { file: 'src/context/pushAll.ts', text: '' },
    { file: 'src/context/utils.ts', text: '' },
    { file: 'test/Helpers.ts', text: '' },
  ],
  fine: [
    { file: 'src/context/push-all.ts', text: '' },
    { file: 'test/a-b.test-d.ts', text: '' },
  ],
}

export const explicitLists: Rule = {
  name: 'a list of exports is not explicit',
  instead: 'Name what is exported, so that nothing becomes public by itself.',
  applies: isSource,
  find: ({ text }) => offsetsOf(text, /^export \*/gm),
  planted: [{ file: 'src/index.ts', text: "export * from './push.js'\n" }],
  fine: [{ file: 'src/index.ts', text: "export { push } from './push.js'\n" }],
}

export const adapters: Rule = {
  name: 'an adapter is not on the ground floor',
  instead: 'What is called from* makes the seam of a client: it belongs to src/database.',
  applies: (file) => isSource(file) && !file.startsWith('src/database/'),
  find: ({ text }) => offsetsOf(text, /^export (async )?(function|const) from[A-Z]/gm),
  planted: [{ file: 'src/context/push.ts', text: 'export function fromKysely() {}\n' }],
  fine: [{ file: 'src/database/from-pg.ts', text: 'export function fromPg() {}\n' }],
}

export const capabilities: Rule = {
  name: 'code asks for the name of an engine',
  instead: 'Ask for the capability: database.capabilities says what it can.',
  applies: isSource,
  find: ({ text }) => offsetsOf(text, /[=!]==? ?['"](pglite|postgres(ql)?|pg)['"]/gi),
  planted: [{ file: 'src/context/push.ts', text: "if (engine === 'pglite') return\n" }],
  fine: [
    { file: 'src/context/push.ts', text: 'if (capabilities.concurrentTransactions) return\n' },
  ],
}
