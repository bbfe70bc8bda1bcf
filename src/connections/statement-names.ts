import { BatchTranslation, type Change, type PreparedStatement } from './batch-translation.js'
import { closeStatement, message, messagesOf, serverMessage } from './server-messages.js'

/** What all clients of one engine have in common: it has one list of prepared statements. */
export interface SharedStatements {
  /** Raised when all of them are lost, by DISCARD ALL for one. */
  generation: number
  /** Whose the statement without a name is, of which there is one. */
  unnamedOf: StatementNames | undefined
}

/** The messages of a batch in the names of the engine, and what to look for in the answer. */
export interface TranslatedBatch {
  readonly messages: Buffer[]
  /** So many statements are prepared before the first that the client asks for. */
  readonly hiddenParses: number
  /** The SQL that it runs or prepares. */
  readonly sql: readonly string[]
  /** Takes note of what became of it. */
  readonly settle: (done: {
    readonly parsed: number
    readonly closed: number
    readonly tags: readonly string[]
  }) => void
}

/** As much of a name as PostgreSQL tells in an error. */
const unknownLengthMax = 63

/** The prepared statements of one client, which no other client sees or replaces. */
export class StatementNames {
  /** What its statements are called in the engine begins with this. */
  readonly prefix: string
  readonly #shared: SharedStatements
  readonly #statements = new Map<string, PreparedStatement>()
  #count = 0

  /** @param prefix Of no other client's, ever. */
  constructor(prefix: string, shared: SharedStatements) {
    this.prefix = prefix
    this.#shared = shared
  }

  translate(messages: readonly Buffer[]): TranslatedBatch {
    const batch = new BatchTranslation({
      known: this.#statements,
      isLost: (name, statement) => this.#isLost(name, statement),
      unknownName: (name) => this.#engineNameOf(name),
      nextName: () => `${this.prefix}${++this.#count}`,
      generation: this.#shared.generation,
    })
    const translated = messages.map((bytes) => batch.translate(bytes))
    const { hidden, changes, sql } = batch
    return {
      messages: [...hidden.map(({ parse }) => parse), ...translated],
      hiddenParses: hidden.length,
      sql,
      settle: (done) => {
        for (const one of hidden.slice(0, done.parsed)) {
          one.generation = this.#shared.generation
          if (one.engineName === '') this.#shared.unnamedOf = this
        }
        this.#settle(changes, { ...done, parsed: done.parsed - hidden.length })
      },
    }
  }

  /** All statements of all clients are lost; this client gave them up itself. */
  clear(): void {
    this.#statements.clear()
  }

  /** What takes them out of the engine. */
  closeAll(): Buffer[] {
    const named = [...this.#statements].filter(
      ([name, one]) => name !== '' && !this.#isLost(name, one),
    )
    return named.map(([, { engineName }]) => closeStatement(engineName))
  }

  /** Puts the client's own names into the errors of an answer. */
  inOwnNames(answer: Buffer): Buffer[] {
    if (!answer.includes(this.prefix)) return [answer]
    return [...messagesOf(answer)].map((one) => {
      if (one[0] !== serverMessage.error) return one
      let told = one.toString('utf8', 5)
      for (const [name, { engineName }] of this.#statements) {
        told = told.replaceAll(`"${engineName}"`, () => `"${name}"`)
      }
      const body = Buffer.from(told.replaceAll(`${this.prefix}unknown_`, ''))
      return message('E', body)
    })
  }

  /** No statement has this name. It is cut, so that no message grows beyond its bound. */
  #engineNameOf = (unknown: string) =>
    unknown === '' ? '' : `${this.prefix}unknown_${unknown.slice(0, unknownLengthMax)}`

  #isLost(name: string, statement: PreparedStatement): boolean {
    if (statement.generation !== this.#shared.generation) return true
    return name === '' && this.#shared.unnamedOf !== this
  }

  #settle(
    changes: readonly Change[],
    { parsed, closed, tags }: { parsed: number; closed: number; tags: readonly string[] },
  ): void {
    let [parses, closes] = [0, 0]
    for (const change of changes) {
      const { name } = change
      if (change.kind === 'parse') {
        if (parses++ >= parsed) continue
        this.#statements.set(name, change.statement)
        if (name === '') this.#shared.unnamedOf = this
      } else if (change.kind === 'deallocate') {
        if (tags.includes('DEALLOCATE')) this.#statements.delete(name)
      } else if (change.kind === 'simple') {
        this.#statements.delete('')
        this.#shared.unnamedOf = undefined
      } else if (closes++ < closed) {
        this.#statements.delete(name)
      }
    }
  }
}
