import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where the network is cut: when this statement comes along, or when its answer does. */
interface Cut {
  readonly statement: string
  readonly at: 'request' | 'answer'
}

/** A network in front of a server, which is cut once, at exactly the message that was asked for. */
export interface CuttableNetwork extends AsyncDisposable {
  readonly url: string
  /** Undefined for a network that holds. */
  cut: Cut | undefined
  /** Every text that clients sent by the simple protocol, those that were cut off included. */
  readonly texts: string[]
}

/**
 * Opens a network to the server of a URL. The server itself notices only that a client has gone.
 */
export async function openCuttableNetwork(server: string): Promise<CuttableNetwork> {
  const { hostname, port } = new URL(server)
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    let awaited = false
    const messages = messageReader()
    client.on('data', (chunk) => {
      for (const { bytes, text } of messages(chunk)) {
        if (text !== undefined) network.texts.push(text)
        if (text !== undefined && text === network.cut?.statement) {
          awaited = network.cut.at === 'answer'
          network.cut = undefined
          if (!awaited) return client.destroy()
        }
        upstream.write(bytes)
      }
      return
    })
    upstream.on('data', (chunk) => {
      if (awaited) client.destroy()
      else client.write(chunk)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(server)
  url.port = String((listener.address() as AddressInfo).port)
  const network: CuttableNetwork = {
    url: url.href,
    cut: undefined,
    texts: [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
  return network
}

/** Whole messages of a client; those of the simple protocol with their text. */
function messageReader() {
  let pending = Buffer.alloc(0)
  let started = false
  return (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    const messages: { bytes: Buffer; text: string | undefined }[] = []
    for (;;) {
      // The first message of a connection has no letter before its length.
      const letter = started ? 1 : 0
      if (pending.length < letter + 4) return messages
      const length = letter + pending.readInt32BE(letter)
      if (pending.length < length) return messages
      const bytes = pending.subarray(0, length)
      const isQuery = started && bytes[0] === 'Q'.charCodeAt(0)
      messages.push({ bytes, text: isQuery ? bytes.toString('utf8', 5, length - 1) : undefined })
      pending = pending.subarray(length)
      started = true
    }
  }
}
