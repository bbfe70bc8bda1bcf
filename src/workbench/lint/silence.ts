import type { LintedComment, LintedScript, Offence } from './linted-script.js'

/** A comment that allows one place to break a rule: `driftpin-lint: allow RULE because REASON`. */
export interface Silence {
  readonly script: LintedScript
  readonly comment: LintedComment
  /** Undefined if the comment does not have this form. */
  readonly rule: string | undefined
  /** Whether an offence is in the place that follows the comment. */
  covers(offence: Offence): boolean
}

const marked = /^--\s*driftpin-lint\b/
const form = /^--\s*driftpin-lint:\s*allow\s+(\S+)\s+because\s+\S/

/** The comments of a file that allow a rule. Other comments may follow before the place. */
export function silencesOf(script: LintedScript): Silence[] {
  return script.comments
    .filter(({ text }) => marked.test(text))
    .map((comment) => ({
      script,
      comment,
      rule: form.exec(comment.text)?.[1],
      covers: coveredBy(script, comment),
    }))
}

/**
 * Whether an offence is in the place that follows a comment: before a statement, a comment covers
 * the whole statement; inside a statement, the next line.
 */
export function coveredBy(
  script: LintedScript,
  comment: LintedComment,
): (offence: Offence) => boolean {
  const lineOf = (byte: number) => script.source.placeOf(byte).line
  const next = script.tokens.find(({ start }) => start > comment.start)
  const statement = script.statements.find(({ start }) => start === next?.start)
  return (offence) => {
    if (offence.script !== script || !next) return false
    if (!statement) return lineOf(offence.at) === lineOf(next.start)
    return offence.at >= statement.start && offence.at < statement.end
  }
}

/** The rule for these comments themselves, which no comment allows. */
export const badSilence = {
  id: 'bad-silence',
  why: 'A comment that allows nothing, or the wrong rule, hides the next mistake in its place.',
  instead:
    'Write "-- driftpin-lint: allow RULE because REASON" on its own line directly before the ' +
    'place, or remove the comment.',
} as const
