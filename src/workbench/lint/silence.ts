import type { LintedComment, LintedScript } from './linted-script.js'
import type { Offence } from './rule.js'

/** A comment that lets one place break one rule: `driftpin-lint: allow RULE because REASON`. */
export interface Silence {
  readonly script: LintedScript
  readonly comment: LintedComment
  /** Undefined where the comment does not have the form above. */
  readonly rule: string | undefined
  /** Whether an offence is in the place that follows the comment. */
  covers(offence: Offence): boolean
}

const marked = /^--\s*driftpin-lint\b/
const form = /^--\s*driftpin-lint:\s*allow\s+(\S+)\s+because\s+\S/

/**
 * The silences of a file. In front of a statement one covers all of the statement; inside of one,
 * the line that follows. Comments may come between.
 */
export function silencesOf(script: LintedScript): Silence[] {
  const lineOf = (byte: number) => script.source.placeOf(byte).line
  return script.comments
    .filter(({ text }) => marked.test(text))
    .map((comment) => {
      const next = script.tokens.find(({ start }) => start > comment.start)
      const statement = script.statements.find(({ start }) => start === next?.start)
      return {
        script,
        comment,
        rule: form.exec(comment.text)?.[1],
        covers: (offence) => {
          if (offence.script !== script || !next) return false
          if (!statement) return lineOf(offence.at) === lineOf(next.start)
          return offence.at >= statement.start && offence.at < statement.end
        },
      }
    })
}

/** What a silence itself may be wrong about; nothing silences it. */
export const badSilence = {
  id: 'bad-silence',
  why: 'A silence that is wrong, or left over, hides the next mistake in its place.',
  instead:
    'Write "-- driftpin-lint: allow RULE because REASON" on a line of its own right before the ' +
    'place, or take it out.',
} as const
