import { Session } from 'node:inspector'
import { crc32 } from 'node:zlib'
import type { PGlite } from '@electric-sql/pglite'
import type { FileNode } from '../../src/pglite/engine/emscripten.js'

/*
 * Everything that JavaScript remembers about one engine, read with the debugger: the variables that
 * Emscripten's functions close over (open files, loaded libraries, pipes, the environment), and all
 * properties of the PGlite, private ones included. Nothing has to be named here to be compared.
 */

interface RemoteObject {
  readonly objectId?: string
  readonly value?: unknown
  readonly description?: string
}

interface RemoteProperty {
  readonly name: string
  readonly value?: RemoteObject
}

interface Properties {
  readonly result: readonly RemoteProperty[]
  readonly internalProperties?: readonly RemoteProperty[]
}

const inspector = new Session()
inspector.connect()

/** Where values pass between this code and the debugger. */
const exchange = globalThis as { driftpinExchange?: unknown }

function post<Result>(method: string, parameters: object): Result {
  let answer: unknown
  // A session that is connected to its own thread answers at once.
  inspector.post(method, parameters, (error, result) => {
    if (error) throw error
    answer = result
  })
  return answer as Result
}

function remoteIdOf(value: unknown): string {
  exchange.driftpinExchange = value
  const expression = 'globalThis.driftpinExchange'
  return post<{ result: { objectId: string } }>('Runtime.evaluate', { expression }).result.objectId
}

const propertiesOf = (objectId: string) =>
  post<Properties>('Runtime.getProperties', { objectId, ownProperties: true })

function valuesOf(properties: readonly RemoteProperty[]): Record<string, unknown> {
  const named = properties.filter(({ value }) => value)
  post('Runtime.callFunctionOn', {
    objectId: remoteIdOf({}),
    functionDeclaration: 'function(...all) { globalThis.driftpinExchange = all }',
    arguments: named.map(({ value }) =>
      value!.objectId ? { objectId: value!.objectId } : { value: value!.value },
    ),
  })
  const values = exchange.driftpinExchange as unknown[]
  return Object.fromEntries(named.map(({ name }, index) => [name, values[index]]))
}

/** The variables that a function closes over, of its module and of functions around it. */
function closureOf(work: unknown): Record<string, unknown> {
  const { internalProperties = [] } = propertiesOf(remoteIdOf(work))
  const scopes = internalProperties.find(({ name }) => name === '[[Scopes]]')!
  const variables: Record<string, unknown> = {}
  for (const { value } of propertiesOf(scopes.value!.objectId!).result) {
    if (/^(Global|Script)/.test(value!.description ?? '')) continue
    Object.assign(variables, valuesOf(propertiesOf(value!.objectId!).result))
  }
  return variables
}

/** The private fields of a PGlite, which its build keeps in weak maps of its modules. */
function privateFieldsOf(pglite: PGlite): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const own = Object.getPrototypeOf(pglite)
  const base = Object.getPrototypeOf(own)
  for (const [layer, method] of Object.entries({ own: own.close, base: base.exec })) {
    for (const [name, map] of Object.entries(closureOf(method))) {
      if (map instanceof WeakMap && map.has(pglite)) fields[`${layer}.${name}`] = map.get(pglite)
    }
  }
  return fields
}

/** Functions, and objects without contents, are the same or they are not. */
const identities = new WeakMap<object, number>()
let lastIdentity = 0

function identityOf(value: object): number {
  const known = identities.get(value) ?? ++lastIdentity
  identities.set(value, known)
  return known
}

/** Objects of the process, and what the engine's program is made of. */
const isElsewhere = (value: object): boolean =>
  [globalThis, process, process.stdin, process.stdout, process.stderr].includes(value as never) ||
  value instanceof ArrayBuffer ||
  value instanceof WeakMap ||
  value instanceof WeakSet ||
  Object.prototype.toString.call(value).startsWith('[object WebAssembly')

const isFileNode = (value: object): value is FileNode => 'node_ops' in value && 'parent' in value

function membersOf(value: object): (readonly [name: string, member: unknown])[] {
  if (value instanceof Map || value instanceof Set) {
    return [...value].map((member, index) => [`<${index}>`, member])
  }
  const keys = Reflect.ownKeys(value)
  // The index of names is read as a whole.
  const links = isFileNode(value) ? ['name_next', 'parent'] : ['nameTable']
  const members = keys.filter((key) => !links.includes(String(key)))
  return members.map((key) => [String(key), readMember(value, key)])
}

function readMember(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key)
  } catch (error) {
    return String(error)
  }
}

type NamedNode = FileNode & { readonly name_next?: NamedNode }

/** What the index of file names finds, in whatever order it does. */
function namesOf({ nameTable }: { readonly nameTable: readonly NamedNode[] }): number {
  const names = nameTable.flatMap((first) => {
    const chain: string[] = []
    for (let node: NamedNode | undefined = first; node; node = node.name_next) {
      chain.push(`${node.parent.id}/${node.name} is ${node.id}`)
    }
    return chain
  })
  return crc32(names.sort().join('\n'))
}

/** Every value, by the path that leads to it. */
export type HostState = ReadonlyMap<string, string>

/** Reads everything that JavaScript remembers about an engine. */
export function readHostState(pglite: PGlite): HostState {
  const state = new Map<string, string>()
  const seen = new Map<object, string>()
  const memory = pglite.Module.HEAPU8.buffer
  const waiting: [path: string, value: unknown][] = []
  const describe = (path: string, value: unknown): string => {
    if (typeof value === 'function') return `function ${identityOf(value)}`
    if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
    const known = seen.get(value)
    if (known !== undefined) return `the same as ${known}`
    seen.set(value, path)
    if (isElsewhere(value)) return `object ${identityOf(value)}`
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value
      if (buffer === memory) return 'memory'
      return `${byteLength} bytes ${crc32(new Uint8Array(buffer, byteOffset, byteLength))}`
    }
    const members = membersOf(value)
    for (const [name, member] of members) waiting.push([`${path}.${name}`, member])
    return `object with ${members.map(([name]) => name).join()}`
  }
  const emscripten = closureOf(pglite.Module.FS.open)
  waiting.push(
    ['private', privateFieldsOf(pglite)],
    ['pglite', { ...pglite }],
    ['emscripten', { ...emscripten, names: namesOf(emscripten.FS as never) }],
    // Last in, first out: files are called by their paths.
    ['files', pglite.Module.FS.root],
  )
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    state.set(next[0], describe(...next))
  }
  return state
}

/**
 * What may differ after a rewind, as a pattern of paths, and why that is of no consequence. None of
 * it can be reached from outside, and nothing that a later statement does depends on it.
 */
const ofNoConsequence: readonly (readonly [path: RegExp, why: string])[] = [
  [/^emscripten\.SYSCALLS\.varargs$/, 'where the arguments of the last system call were'],
  [/^emscripten\.EXITSTATUS$/, 'with which the last error left a statement'],
  [/^files\.contents\.dev\.contents\.tty1\.[amc]time$/, 'when a message was last written'],
  // The names of private fields are those of the proven build.
  [/^private\.own\.[ADGOU](\.|$)/, 'buffers and callbacks of a call, which the next one renews'],
]

/** What differs between two readings, in words. */
export function compareHostStates(before: HostState, after: HostState): string[] {
  const differences: string[] = []
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is || ofNoConsequence.some(([pattern]) => pattern.test(path))) continue
    differences.push(`${path}: ${was} became ${is}`)
  }
  return differences
}
