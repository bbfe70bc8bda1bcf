/** A message of a server, as it came. */
export interface ServerMessage {
  readonly type: string
  readonly body: Buffer
}

const names: Readonly<Record<string, string>> = {
  '1': 'ParseComplete',
  '2': 'BindComplete',
  '3': 'CloseComplete',
  c: 'CopyDone',
  I: 'EmptyQueryResponse',
  n: 'NoData',
  s: 'PortalSuspended',
}

/** The texts that a message consists of. */
export const textsOf = (body: Buffer) => body.toString('utf8').split('\0').slice(0, -1)

function rowOf(body: Buffer): string {
  const values: string[] = []
  for (let at = 2; at < body.length; ) {
    const length = body.readInt32BE(at)
    values.push(length < 0 ? 'NULL' : body.toString('utf8', at + 4, at + 4 + length))
    at += 4 + Math.max(0, length)
  }
  return values.join('|')
}

/** The fields of an error or a notice, by their letters. */
function fieldsOf({ body }: ServerMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    textsOf(body)
      .filter((field) => field !== '')
      .map((field) => [field[0], field.slice(1)]),
  )
}

/** A message in words, without what differs from one run to the next. */
export function wordsOf(message: ServerMessage): string {
  const { type, body } = message
  switch (type) {
    case 'A': {
      const [channel, payload] = textsOf(body.subarray(4))
      return `Notification ${channel} ${payload}`
    }
    case 'C':
      return textsOf(body)[0]!
    case 'D':
      return `Row ${rowOf(body)}`
    case 'd':
      return `CopyData ${JSON.stringify(body.toString())}`
    case 'E':
    case 'N': {
      const { S, C, M } = fieldsOf(message)
      return `${S} ${C} ${M}`
    }
    case 'G':
    case 'H':
      return `${type === 'G' ? 'CopyIn' : 'CopyOut'} ${body.readInt16BE(1)} columns`
    case 'R':
      return `Authentication ${body.readInt32BE(0)}`
    case 'S':
      return `ParameterStatus ${textsOf(body).join('=')}`
    case 'T':
      return `RowDescription ${body.readInt16BE(0)}`
    case 't':
      return `ParameterDescription ${body.readInt16BE(0)}`
    case 'V':
      return `FunctionResult ${rowOf(Buffer.concat([Buffer.alloc(2), body]))}`
    case 'Z':
      return `Ready ${body.toString()}`
    default:
      return names[type] ?? `${type} of ${body.length} bytes`
  }
}
