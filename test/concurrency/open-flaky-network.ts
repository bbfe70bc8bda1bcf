import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './create-random.js'

/** A network in front of a server, which fails when it is told to. */
export interface FlakyNetwork extends AsyncDisposable {
  readonly url: string
  /** Breaks off a connection in the middle of what it carries next, this way or that. */
  cut(random: Random): void
  /** Swallows nothing and passes nothing on, on any connection, for so long. */
  stall(milliseconds: number): Promise<void>
}

/** Two sockets that are one connection, and the one of which half a message is yet to be passed. */
interface Link {
  readonly client: Socket
  readonly server: Socket
  cutFrom: Socket | undefined
}

/** Opens a network to the server of a URL. Neither end is told more than that the other is gone. */
export async function openFlakyNetwork(serverUrl: string): Promise<FlakyNetwork> {
  const { hostname, port } = new URL(serverUrl)
  const links = new Set<Link>()
  let stalls = 0
  const listener = createServer((client) => {
    const server = connect(Number(port), hostname)
    const link: Link = { client, server, cutFrom: undefined }
    links.add(link)
    carry(link, client, server)
    carry(link, server, client)
    for (const socket of [client, server]) {
      if (stalls > 0) socket.pause()
      socket.on('close', () => links.delete(link))
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(serverUrl)
  url.port = String((listener.address() as AddressInfo).port)
  const sockets = () => [...links].flatMap(({ client, server }) => [client, server])
  return {
    url: url.href,
    cut(random) {
      const link = random.pick([...links])
      if (link) link.cutFrom = random.pick([link.client, link.server])
    },
    async stall(milliseconds) {
      stalls += 1
      for (const socket of sockets()) socket.pause()
      await sleep(milliseconds)
      stalls -= 1
      if (stalls === 0) for (const socket of sockets()) socket.resume()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets()) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

function carry(link: Link, from: Socket, to: Socket): void {
  from.on('error', () => {})
  from.on('close', () => to.destroy())
  from.on('data', (bytes) => {
    if (link.cutFrom !== from) {
      to.write(bytes)
      return
    }
    // What is written before the end is delivered, and ends in the middle.
    to.end(bytes.subarray(0, Math.ceil(bytes.length / 2)))
    from.destroy()
  })
}
