import { refuseCopyFromStdin, splitStatements } from '../database/index.js'
import { UsageError } from './command-error.js'

/** What one statement answered, each value as PostgreSQL prints it. */
export interface Answer {
  /** The first word of the command tag. */
  readonly command: string
  /** Rows returned or written, where the command counts any. */
  readonly rowCount: number | undefined
  readonly columns: readonly { readonly name: string; readonly typeId: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Is told what a server says beside its answers, such as the NOTICE of a DROP IF EXISTS. */
export type Hear = (notice: string) => void

/**
 * Looks at statements before they are sent.
 *
 * @throws UsageError for what would hang, lose what it answers, or is no SQL.
 */
export function checkStatements(text: string): void {
  const statements = splitStatements(text)
  if (statements.length === 0) throw new UsageError('There is no statement in it.')
  refuseCopyFromStdin(text)
  for (const one of statements) {
    if (one.text.startsWith('\\')) {
      const [word] = one.text.split(/\s/, 1)
      throw new UsageError(`${word} is a command of psql and no SQL, and nothing was run.`)
    }
    if (/^copy\b.*\bto\s+stdout\b/is.test(one.text)) {
      throw new UsageError('COPY TO STDOUT is for psql, and nothing was run. SELECT the rows.')
    }
  }
}

/** Said of a text whose BEGIN has no COMMIT. */
export function leftOpen(): UsageError {
  return new UsageError(
    'The statements left a transaction open, which was rolled back. End them with COMMIT.',
  )
}
