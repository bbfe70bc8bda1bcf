import type { Law } from '../src/laws/law.ts'

/** The text of `docs/laws.md`: what every law says, in the words that a failure begins with. */
export function lawsPage(laws: readonly Law[], command: string): string {
  const numbered = laws.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number)
  return [
    `<!-- Made by \`${command}\` from the laws in src/laws. -->`,
    '',
    '# The laws',
    '',
    'What driftpin promises. Each is held after every command of random histories or, where looking',
    'takes long, at their end, on PGlite and on servers, and so is that every operation answers what',
    'a small model of the domain answers. `npm run mutants` says which of them finds which defect.',
    '',
    // Not a numbered list, in which no number may be missing.
    ...numbered.map(({ number, name, says }) => `- **${number} ${name}.** ${says}`),
    '',
  ].join('\n')
}
