import { isTest, offsetsOf, type Rule } from '../rule.js'

const applies = (file: string) => isTest(file) && !file.startsWith('test/house/')

export const noMocks: Rule = {
  name: 'a test replaces what it tests',
  instead: 'Use the real thing: a database of its own takes a millisecond.',
  applies,
  find: ({ text }) =>
    offsetsOf(text, /\b(vi|mock)\.(mock|doMock|fn|stubGlobal|spyOn)\((?!console|process)/g),
  planted: [
    { file: 'test/a.test.ts', text: "vi.mock('pg')\n" },
    { file: 'test/a.test.ts', text: "vi.spyOn(pool, 'query')\n" },
  ],
  fine: [
    { file: 'test/a.test.ts', text: 'await vi.waitFor(() => expect(heard).toEqual([1]))\n' },
    { file: 'test/a.test.ts', text: "vi.spyOn(console, 'error')\n" },
  ],
}

export const allRun: Rule = {
  name: 'a test does not run, or keeps others from running',
  instead: 'Mend it, or remove it; what takes long goes into a file *.full.ts.',
  // The suites that tests run have tests that fail on purpose.
  applies: (file) => applies(file) && !file.includes('.suite.'),
  find: ({ text }) => offsetsOf(text, /^ *(test|describe)\.(only|skip|todo|fails)\b/gm),
  planted: [
    { file: 'test/a.test.ts', text: "test.only('a', () => {})\n" },
    { file: 'test/a.test.ts', text: "describe.skip('a', () => {})\n" },
  ],
  fine: [{ file: 'test/a.test.ts', text: "test.each([1])('a', () => {})\n" }],
}

export const noTimes: Rule = {
  name: 'a test asserts how long something took',
  instead: 'Measure it in bench/: a time belongs to a machine and a moment.',
  applies,
  find: ({ text }) =>
    offsetsOf(
      text,
      /expect\((performance\.now\(\)|Date\.now\(\)|elapsed\w*) ?[-)][^\n]*\.to\w*Less/g,
    ),
  planted: [{ file: 'test/a.test.ts', text: 'expect(performance.now() - from).toBeLessThan(5)\n' }],
  fine: [{ file: 'test/a.test.ts', text: 'expect(durationMs).toBeGreaterThanOrEqual(0)\n' }],
}

export const sentences: Rule = {
  name: 'the name of a test is no sentence',
  instead: 'Say what is so, as in "a chat keeps its pins": no should, no names of functions alone.',
  applies: (file) => applies(file) && /\.(test|full)\.ts$/.test(file) && !/real-server/.test(file),
  find: ({ text }) =>
    offsetsOf(text, /\btest(\.each\([^\n]*\))?\((['"`])(should\b|[^\s'"`$%]*\2)/g),
  planted: [
    { file: 'test/a.test.ts', text: "test('should work', () => {})\n" },
    { file: 'test/a.test.ts', text: "test('push', () => {})\n" },
  ],
  fine: [{ file: 'test/a.test.ts', text: "test('a chat keeps its pins', () => {})\n" }],
}

export const oneWord: Rule = {
  name: 'a test is called by another word',
  instead: 'Call it test: two words for one thing look like two things.',
  applies,
  find: ({ text }) => offsetsOf(text, /^ *it(\.\w+)*\(/gm),
  planted: [
    { file: 'test/a.test.ts', text: "it('keeps its pins', () => {})\n" },
    { file: 'test/a.test.ts', text: "it.each([1])('keeps %i', () => {})\n" },
  ],
  fine: [{ file: 'test/a.test.ts', text: "test('it keeps its pins', () => {})\n" }],
}
