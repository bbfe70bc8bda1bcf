import { clientMessage } from './message-reader.js'
import { closeStatement, parseMessage } from './server-messages.js'

/** A statement that a client prepared, as the engine knows it. */
interface PreparedStatement {
  /** Its name in the engine, where all clients have one list of names. */
  readonly engineName: string
  readonly sql: string
  /** What prepares it again, when it was lost. */
  readonly parse: Buffer
  /** The engine's count of losses when it was prepared. */
  generation: number
}

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
  /** Takes note of what became of it, by how many were prepared and closed. */
  readonly settle: (parsed: number, closed: number) => void
}

interface Asked {
  readonly name: string
  readonly statement: PreparedStatement
}

/** The prepared statements of one client, which no other client sees or replaces. */
export class StatementNames {
  /** What its statements are called in the engine begins with this. */
  readonly prefix: string
  readonly #shared: SharedStatements
  readonly #statements = new Map<string, PreparedStatement>()
  #unnamed: PreparedStatement | undefined
  #count = 0

  /** @param prefix Of no other client's, ever. */
  constructor(prefix: string, shared: SharedStatements) {
    this.prefix = prefix
    this.#shared = shared
  }

  translate(messages: readonly Buffer[]): TranslatedBatch {
    const hidden: PreparedStatement[] = []
    const asked: Asked[] = []
    const closing: string[] = []
    const sql: string[] = []
    const find = (name: string): string => {
      // What is asked for in this batch comes before what there was.
      const found = asked.findLast((one) => one.name === name)?.statement ?? this.#find(name)
      if (!found) return name === '' ? '' : this.#nameOf(name)
      sql.push(found.sql)
      const isLost = !asked.some(({ statement }) => statement === found) && this.#isLost(found)
      if (isLost && !hidden.includes(found)) hidden.push(found)
      return found.engineName
    }
    const translated = messages.map((bytes): Buffer => {
      switch (bytes[0]) {
        case clientMessage.query: {
          const text = bytes.toString('utf8', 5, bytes.length - 1)
          sql.push(text)
          // A simple query ends the statement without a name.
          this.#shared.unnamedOf = undefined
          this.#unnamed = undefined
          return bytes
        }
        case clientMessage.parse: {
          const one = this.#ask(bytes, asked)
          asked.push(one)
          sql.push(one.statement.sql)
          return one.statement.parse
        }
        case clientMessage.bind: {
          const at = bytes.indexOf(0, 5) + 1
          return rename(bytes, at, find)
        }
        case clientMessage.describe:
          return bytes[5] === 0x53 ? rename(bytes, 6, find) : bytes
        case clientMessage.close: {
          if (bytes[5] !== 0x53) return count(closing, '', bytes)
          const name = bytes.toString('utf8', 6, bytes.length - 1)
          return count(
            closing,
            name,
            rename(bytes, 6, (one) => this.#engineName(one, asked)),
          )
        }
        default:
          return bytes
      }
    })
    return {
      messages: [...hidden.map(({ parse }) => parse), ...translated],
      hiddenParses: hidden.length,
      sql,
      settle: (parsed, closed) => {
        const { generation } = this.#shared
        for (const one of hidden.slice(0, parsed)) one.generation = generation
        for (const one of asked.slice(0, Math.max(0, parsed - hidden.length))) this.#keep(one)
        if (hidden.some((one) => one === this.#unnamed)) this.#shared.unnamedOf = this
        for (const name of closing.slice(0, closed)) this.#statements.delete(name)
      },
    }
  }

  /** What `DEALLOCATE name` is in the engine, where it names a statement of this client's. */
  deallocate(sql: string): string | undefined {
    const found = /^\s*deallocate\s+(?:prepare\s+)?("?)([^";\s]+)\1\s*;?\s*$/i.exec(sql)
    if (!found) return undefined
    const name = found[1] ? found[2]! : found[2]!.toLowerCase()
    const statement = this.#statements.get(name)
    this.#statements.delete(name)
    return statement && `DEALLOCATE "${statement.engineName}"`
  }

  /** All statements of all clients are lost; this client gave them up itself. */
  clear(): void {
    this.#statements.clear()
    this.#unnamed = undefined
  }

  /** What takes them out of the engine. */
  closeAll(): Buffer[] {
    const lasting = [...this.#statements.values()].filter((one) => !this.#isLost(one))
    return lasting.map(({ engineName }) => closeStatement(engineName))
  }

  /** Puts the client's own names into what the engine says of its statements. */
  inOwnNames(error: Buffer): Buffer {
    let told = error.toString('utf8')
    for (const [name, { engineName }] of this.#statements) {
      told = told.replaceAll(`"${engineName}"`, `"${name}"`)
    }
    const bytes = Buffer.from(told.replaceAll(`${this.prefix}unknown_`, ''))
    bytes.writeInt32BE(bytes.length - 1, 1)
    return bytes
  }

  #find(name: string): PreparedStatement | undefined {
    return name === '' ? this.#unnamed : this.#statements.get(name)
  }

  #engineName(name: string, asked: readonly Asked[]): string {
    const found = asked.findLast((one) => one.name === name)?.statement ?? this.#find(name)
    return found?.engineName ?? (name === '' ? '' : this.#nameOf(name))
  }

  /** No statement has this name. */
  #nameOf = (unknown: string) => `${this.prefix}unknown_${unknown}`

  #isLost(statement: PreparedStatement): boolean {
    if (statement.generation !== this.#shared.generation) return true
    return statement === this.#unnamed && this.#shared.unnamedOf !== this
  }

  #ask(bytes: Buffer, asked: readonly Asked[]): Asked {
    const nameEnd = bytes.indexOf(0, 5)
    const name = bytes.toString('utf8', 5, nameEnd)
    const sql = bytes.toString('utf8', nameEnd + 1, bytes.indexOf(0, nameEnd + 1))
    const { generation } = this.#shared
    if (name === '') return { name, statement: { engineName: '', sql, parse: bytes, generation } }
    // A name that is taken keeps its other name, by which the engine refuses it.
    const taken = asked.findLast((one) => one.name === name)?.statement ?? this.#find(name)
    const engineName = taken?.engineName ?? `${this.prefix}${++this.#count}`
    const parse = parseMessage(engineName, bytes.subarray(nameEnd + 1))
    return { name, statement: { engineName, sql, parse, generation } }
  }

  #keep({ name, statement }: Asked): void {
    if (name !== '') {
      this.#statements.set(name, statement)
      return
    }
    this.#unnamed = statement
    this.#shared.unnamedOf = this
  }
}

function count(names: string[], name: string, bytes: Buffer): Buffer {
  names.push(name)
  return bytes
}

/** Replaces the text that begins at `at`. */
function rename(bytes: Buffer, at: number, find: (name: string) => string): Buffer {
  const end = bytes.indexOf(0, at)
  // Not a whole message, as the engine will say.
  if (end < 0) return bytes
  const name = bytes.toString('utf8', at, end)
  const engineName = find(name)
  if (engineName === name) return bytes
  const other = Buffer.from(engineName)
  const renamed = Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(end)])
  renamed.writeInt32BE(renamed.length - 1, 1)
  return renamed
}
