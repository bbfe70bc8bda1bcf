import { nameOfWord } from '../../database/index.js'
import { type Answer, isError } from './answer.js'
import type { EngineCalls } from './engine-calls.js'
import {
  clientMessage,
  closeStatement,
  message,
  parseMessage,
  queryMessage,
} from './protocol-messages.js'

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

/** What a batch does with a name, in its order. */
type Change =
  | { readonly kind: 'parse'; readonly name: string; readonly statement: PreparedStatement }
  | { readonly kind: 'close' | 'deallocate' | 'simple'; readonly name: string }

/** What a translation has to know of the client whose batch it is. */
interface Client {
  /** By the client's own names. */
  readonly known: ReadonlyMap<string, PreparedStatement>
  isLost(name: string, statement: PreparedStatement): boolean
  /** What a name that no statement has is called in the engine. */
  unknownName(name: string): string
  nextName(): string
  readonly generation: number
}

const textAt = (bytes: Buffer, start: number) =>
  bytes.toString('utf8', start, bytes.indexOf(0, start))

/** A command of SQL that has the name of a prepared statement in it. */
const naming = /^(\s*(?:deallocate(?:\s+prepare)?|execute)\s+)("(?:[^"]|"")+"|[\w$\u0080-\uffff]+)/i

/** One batch on its way into the names of the engine, message by message. */
class BatchTranslation {
  /** Statements that were lost, and have to be prepared again before the batch. */
  readonly hidden: PreparedStatement[] = []
  readonly changes: Change[] = []
  readonly sql: string[] = []
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  translate(bytes: Buffer): Buffer {
    switch (bytes[0]) {
      case clientMessage.query:
        return this.#query(bytes)
      case clientMessage.parse:
        return this.#parse(bytes)
      case clientMessage.bind:
        return rename(bytes, bytes.indexOf(0, 5) + 1, this.#use)
      case clientMessage.describe:
        return bytes[5] === 0x53 ? rename(bytes, 6, this.#use) : bytes
      case clientMessage.close:
        return this.#close(bytes)
      default:
        return bytes
    }
  }

  #query(bytes: Buffer): Buffer {
    const text = bytes.toString('utf8', 5, bytes.length - 1)
    this.sql.push(text)
    const own = this.#inEngineNames(text)
    // A simple query ends the statement without a name.
    this.changes.push({ kind: 'simple', name: '' })
    return own === text ? bytes : queryMessage(own)
  }

  #parse(bytes: Buffer): Buffer {
    const nameEnd = bytes.indexOf(0, 5)
    const name = textAt(bytes, 5)
    const text = textAt(bytes, nameEnd + 1)
    this.sql.push(text)
    const own = this.#inEngineNames(text)
    const after = bytes.subarray(nameEnd + 1)
    const rest =
      own === text ? after : Buffer.concat([Buffer.from(own), after.subarray(after.indexOf(0))])
    // A name that is taken keeps its other name, by which the engine refuses it.
    const engineName = name === '' ? '' : (this.#find(name)?.engineName ?? this.#client.nextName())
    const parse = engineName === name && own === text ? bytes : parseMessage(engineName, rest)
    const { generation } = this.#client
    const statement = { engineName, sql: text, parse, generation }
    this.changes.push({ kind: 'parse', name, statement })
    return parse
  }

  #close(bytes: Buffer): Buffer {
    if (bytes[5] !== 0x53) {
      // It is counted among those that are answered.
      this.changes.push({ kind: 'close', name: '\0' })
      return bytes
    }
    const inEngine = (name: string) =>
      this.#find(name)?.engineName ?? this.#client.unknownName(name)
    const renamed = rename(bytes, 6, inEngine)
    this.changes.push({ kind: 'close', name: textAt(bytes, 6) })
    return renamed
  }

  #find(name: string): PreparedStatement | undefined {
    // What the batch itself has done with the name comes before what there was.
    const last = this.changes.findLast((one) => one.name === name)
    if (last) return last.kind === 'parse' ? last.statement : undefined
    return this.#client.known.get(name)
  }

  readonly #use = (name: string): string => {
    const found = this.#find(name)
    if (!found) return this.#client.unknownName(name)
    this.sql.push(found.sql)
    const isOld = found === this.#client.known.get(name)
    if (isOld && this.#client.isLost(name, found) && !this.hidden.includes(found)) {
      this.hidden.push(found)
    }
    return found.engineName
  }

  #inEngineNames(text: string): string {
    return text.replace(naming, (whole, command: string, written: string) => {
      const name = nameOfWord(written)
      if (!this.#find(name)) return whole
      const engineName = this.#use(name)
      if (/^\s*d/i.test(command)) this.changes.push({ kind: 'deallocate', name })
      return `${command}"${engineName}"`
    })
  }
}

/** Replaces the text that begins at `at`. */
function rename(bytes: Buffer, at: number, find: (name: string) => string): Buffer {
  const end = at > 5 ? bytes.indexOf(0, at) : -1
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

/** The messages of a batch in the names of the engine, and what to look for in the answer. */
export interface TranslatedBatch {
  readonly messages: Buffer[]
  /** So many statements are prepared before the first that the client asks for. */
  readonly hiddenParses: number
  /** The SQL that it runs or prepares. */
  readonly sql: readonly string[]
  /** Takes note of what became of it. */
  readonly settle: (done: Answer) => void
}

/** As much of a name as PostgreSQL tells in an error. */
const unknownLengthMax = 63

/** The prepared statements of one client, which no other client sees or replaces. */
export class StatementNames {
  /** What its statements are called in the engine begins with this. */
  readonly prefix: string
  readonly #engine: EngineCalls
  readonly #statements = new Map<string, PreparedStatement>()
  #count = 0

  /** @param prefix Of no other client's, ever. */
  constructor(prefix: string, engine: EngineCalls) {
    this.prefix = prefix
    this.#engine = engine
  }

  translate(messages: readonly Buffer[]): TranslatedBatch {
    const batch = new BatchTranslation({
      known: this.#statements,
      isLost: (name, statement) => this.#isLost(name, statement),
      unknownName: (name) => this.#engineNameOf(name),
      nextName: () => `${this.prefix}${++this.#count}`,
      generation: this.#engine.generation,
    })
    const translated = messages.map((bytes) => batch.translate(bytes))
    const { hidden, changes, sql } = batch
    return {
      messages: [...hidden.map(({ parse }) => parse), ...translated],
      hiddenParses: hidden.length,
      sql,
      settle: (done) => {
        for (const one of hidden.slice(0, done.parsed)) {
          one.generation = this.#engine.generation
          if (one.engineName === '') this.#engine.unnamedOf = this
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

  /** An error in the client's own names. */
  inOwnNames(piece: Buffer): Buffer {
    if (!isError(piece) || !piece.includes(this.prefix)) return piece
    let told = piece.toString('utf8', 5)
    for (const [name, { engineName }] of this.#statements) {
      told = told.replaceAll(`"${engineName}"`, () => `"${name}"`)
    }
    return message('E', Buffer.from(told.replaceAll(`${this.prefix}unknown_`, '')))
  }

  /** No statement has this name. It is cut, so that no message grows beyond its bound. */
  #engineNameOf = (unknown: string) =>
    unknown === '' ? '' : `${this.prefix}unknown_${unknown.slice(0, unknownLengthMax)}`

  #isLost(name: string, statement: PreparedStatement): boolean {
    if (statement.generation !== this.#engine.generation) return true
    return name === '' && this.#engine.unnamedOf !== this
  }

  #settle(changes: readonly Change[], { parsed, closed, tags }: Answer): void {
    let [parses, closes] = [0, 0]
    for (const change of changes) {
      const { name } = change
      if (change.kind === 'parse') {
        if (parses++ >= parsed) continue
        this.#statements.set(name, change.statement)
        if (name === '') this.#engine.unnamedOf = this
      } else if (change.kind === 'deallocate') {
        if (tags.includes('DEALLOCATE')) this.#statements.delete(name)
      } else if (change.kind === 'simple') {
        this.#statements.delete('')
        this.#engine.unnamedOf = undefined
      } else if (closes++ < closed) {
        this.#statements.delete(name)
      }
    }
  }
}
