import { preparedNamesIn } from '../../database/index.js'
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

/** What a batch does with a name, in the order of its messages. */
type Change =
  | { readonly kind: 'parse'; readonly name: string; readonly statement: PreparedStatement }
  | { readonly kind: 'deallocate'; readonly name: string; readonly nth: number }
  | { readonly kind: 'close' | 'simple'; readonly name: string }

const textAt = (bytes: Buffer, start: number) =>
  bytes.toString('utf8', start, bytes.indexOf(0, start))

/** A batch with the names of the engine. */
export class TranslatedBatch {
  readonly messages: readonly Buffer[]
  /** The SQL that it runs or prepares. */
  readonly sql: string[] = []
  /** Statements that were lost, and are prepared again before the batch. */
  readonly #hidden: PreparedStatement[] = []
  readonly #changes: Change[] = []
  /** The DEALLOCATE commands of the batch, each of which is answered by a tag of its own. */
  #deallocations = 0
  readonly #names: StatementNames

  constructor(names: StatementNames, batch: readonly Buffer[]) {
    this.#names = names
    const translated = batch.map((bytes) => this.#translate(bytes))
    this.messages = [...this.#hidden.map(({ parse }) => parse), ...translated]
  }

  /** The number of statements that are prepared before the first that the client asks for. */
  get hiddenParses(): number {
    return this.#hidden.length
  }

  #translate(bytes: Buffer): Buffer {
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
    this.#changes.push({ kind: 'simple', name: '' })
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
    const engineName = name === '' ? '' : (this.#find(name)?.engineName ?? this.#names.nextName())
    const parse = engineName === name && own === text ? bytes : parseMessage(engineName, rest)
    const { generation } = this.#names.engine
    const statement = { engineName, sql: text, parse, generation }
    this.#changes.push({ kind: 'parse', name, statement })
    return parse
  }

  #close(bytes: Buffer): Buffer {
    if (bytes[5] !== 0x53) {
      // Closing a portal has the same answer, so it is counted.
      this.#changes.push({ kind: 'close', name: '\0' })
      return bytes
    }
    const inEngine = (name: string) => this.#find(name)?.engineName ?? this.#names.unknownName(name)
    const renamed = rename(bytes, 6, inEngine)
    this.#changes.push({ kind: 'close', name: textAt(bytes, 6) })
    return renamed
  }

  #find(name: string): PreparedStatement | undefined {
    // A change by the batch itself takes precedence over an earlier statement.
    const last = this.#changes.findLast((one) => one.name === name)
    if (last) return last.kind === 'parse' ? last.statement : undefined
    return this.#names.known.get(name)
  }

  readonly #use = (name: string): string => {
    const found = this.#find(name)
    if (!found) return this.#names.unknownName(name)
    this.sql.push(found.sql)
    const isLost = found === this.#names.known.get(name) && this.#names.isLost(name, found)
    if (isLost && !this.#hidden.includes(found)) this.#hidden.push(found)
    return found.engineName
  }

  #inEngineNames(text: string): string {
    // Splitting a long text takes time, and most clients name no statement.
    if (this.#changes.length === 0 && !this.#names.hasNamed) return text
    let [own, last] = ['', 0]
    for (const { name, start, end, isDeallocated } of preparedNamesIn(text)) {
      const isAll = name === 'all' && text[start] !== '"'
      const nth = isDeallocated && !isAll ? this.#deallocations++ : this.#deallocations
      if (!this.#find(name)) continue
      own += `${text.slice(last, start)}"${this.#use(name)}"`
      last = end
      if (isDeallocated) this.#changes.push({ kind: 'deallocate', name, nth })
    }
    return own + text.slice(last)
  }

  /** Records its effect, according to the answer. */
  settle({ parsed, closed, tags }: Answer): void {
    const { engine, known } = this.#names
    for (const one of this.#hidden.slice(0, parsed)) {
      one.generation = engine.generation
      if (one.engineName === '') engine.unnamedOf = this.#names
    }
    let [parses, closes] = [this.#hidden.length, 0]
    const deallocated = tags.filter((tag) => tag === 'DEALLOCATE').length
    for (const change of this.#changes) {
      const { name } = change
      if (change.kind === 'parse') {
        if (parses++ >= parsed) continue
        known.set(name, change.statement)
        if (name === '') engine.unnamedOf = this.#names
      } else if (change.kind === 'deallocate') {
        if (change.nth < deallocated) known.delete(name)
      } else if (change.kind === 'simple') {
        known.delete('')
        engine.unnamedOf = undefined
      } else if (closes++ < closed) {
        known.delete(name)
      }
    }
  }
}

/** Replaces the text that begins at `at`. */
function rename(bytes: Buffer, at: number, find: (name: string) => string): Buffer {
  const end = at > 5 ? bytes.indexOf(0, at) : -1
  // The message is incomplete, and the engine reports that.
  if (end < 0) return bytes
  const name = bytes.toString('utf8', at, end)
  const engineName = find(name)
  if (engineName === name) return bytes
  const other = Buffer.from(engineName)
  const renamed = Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(end)])
  renamed.writeInt32BE(renamed.length - 1, 1)
  return renamed
}

/** The part of a name that PostgreSQL shows in an error. */
const unknownLengthMax = 63

/** The prepared statements of one client, which no other client sees or replaces. */
export class StatementNames {
  readonly engine: EngineCalls
  /** By the client's own names. */
  readonly known = new Map<string, PreparedStatement>()
  /** The beginning of the names of its statements in the engine. */
  readonly #prefix: string
  #count = 0

  /** @param prefix Unique among all clients, also earlier ones. */
  constructor(prefix: string, engine: EngineCalls) {
    this.#prefix = prefix
    this.engine = engine
  }

  get hasNamed(): boolean {
    return this.known.size > (this.known.has('') ? 1 : 0)
  }

  nextName(): string {
    return `${this.#prefix}${++this.#count}`
  }

  /** No statement has this name. It is cut, so that no message grows beyond its limit. */
  unknownName(name: string): string {
    return name === '' ? '' : `${this.#prefix}unknown_${name.slice(0, unknownLengthMax)}`
  }

  isLost(name: string, { generation }: PreparedStatement): boolean {
    if (generation !== this.engine.generation) return true
    return name === '' && this.engine.unnamedOf !== this
  }

  /** The messages that close all statements in the engine. */
  closeAll(): Buffer[] {
    const named = [...this.known].filter(([name, one]) => name !== '' && !this.isLost(name, one))
    return named.map(([, { engineName }]) => closeStatement(engineName))
  }

  /** An error in the client's own names. */
  inOwnNames(piece: Buffer): Buffer {
    if (!isError(piece) || !piece.includes(this.#prefix)) return piece
    let told = piece.toString('utf8', 5)
    for (const [name, { engineName }] of this.known) {
      told = told.replaceAll(`"${engineName}"`, () => `"${name}"`)
    }
    return message('E', Buffer.from(told.replaceAll(`${this.#prefix}unknown_`, '')))
  }
}
