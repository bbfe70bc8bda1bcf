import { aggregateHash, kindHashes, type Queryable } from '../../src/index.js'
import { expectedContexts } from './expected-contexts.js'
import { SoakBroken } from './soak-broken.js'
import { anyChat, type Scene, type StepKind } from './soak-world.js'

const emptyHash = 'none'

/** The hash of what a chat has pinned, said by its head, by its rows and by its prompt. */
async function hashesOf(scene: Scene, queryable: Queryable, chatId: string) {
  const { operations } = scene
  const context = await operations.getChatContext(queryable, { chatId })
  const pins = await operations.listPins(queryable, { chatId, bodies: true })
  const prompt = await operations.prompt(queryable, { chatId })
  const bodies = pins.map(({ body, sizeBytes }) => [body.content, sizeBytes])
  const expected = expectedContexts.filter((one) => one.prompt === prompt.text)
  return {
    head: context.aggregateHash ?? emptyHash,
    counted: context.counts.reduce((sum, { count }) => sum + count, 0),
    pinned: pins.length,
    rows: await aggregateHash(await kindHashes(pins)),
    prompt: prompt.hydrated ? expected[0]?.aggregateHash : emptyHash,
    said: { prompt: prompt.text, bodies },
  }
}

/** Several reads of a chat, which see one moment where the isolation says so. */
const readChat: StepKind = {
  name: 'read a chat',
  weight: 12,
  plan(scene) {
    const { random, counted } = scene
    const chatId = anyChat(scene)
    const isolation = random.pick(['read committed', 'repeatable read', 'serializable'] as const)
    return {
      says: `read chat ${chatId} at ${isolation}`,
      async act(database) {
        const seen = await counted(database).transaction(
          (transaction) => hashesOf(scene, transaction, chatId),
          { isolation },
        )
        const known = expectedContexts.map(({ aggregateHash }) => aggregateHash)
        const isWhole = known.includes(seen.rows) && seen.prompt !== undefined
        const rows = seen.pinned === 0 && seen.head === emptyHash ? emptyHash : seen.rows
        // Each of its reads sees one moment; all of them only where the transaction does.
        const isOne =
          rows === seen.head && seen.prompt === seen.head && seen.counted === seen.pinned
        if (isWhole && (isolation === 'read committed' || isOne)) return
        throw new SoakBroken(`part of a context was read from chat ${chatId}`, [
          JSON.stringify(seen),
        ])
      },
    }
  },
}

const readDiff: StepKind = {
  name: 'read a diff',
  weight: 4,
  plan(scene) {
    const { operations } = scene
    const chatId = anyChat(scene)
    return {
      says: `read the diff of chat ${chatId}`,
      async act(database) {
        const { hydrated, added, removed, modified } = await operations.diff(database, { chatId })
        // What is on one side only is there at most once a source: no rows of two pushes.
        const sources = [...added, ...removed, ...modified].map(({ source }) => source)
        const isMixed = new Set(sources).size < sources.length
        if (!isMixed && (hydrated || removed.length + modified.length === 0)) return
        throw new SoakBroken(`a diff of chat ${chatId} is of no two contexts`, sources)
      },
    }
  },
}

const readList: StepKind = {
  name: 'list chats',
  weight: 3,
  plan({ world: { ownerId }, random, operations }) {
    const limit = 1 + random.below(20)
    return {
      says: `list all chats by pages of ${limit}`,
      async act(database) {
        let cursor: string | undefined
        do {
          const page = await operations.listChats(database, {
            ...{ ownerId, limit },
            ...(cursor !== undefined && { cursor }),
          })
          cursor = page.nextCursor ?? undefined
          const times = page.chats.map(({ updatedAt }) => updatedAt.getTime())
          if (times.every((time, place) => place === 0 || time <= times[place - 1]!)) continue
          throw new SoakBroken('a page of chats is out of order', times.map(String))
        } while (cursor !== undefined)
      },
    }
  },
}

/** What only reads, and sees nothing half done. */
export const readingSteps: readonly StepKind[] = [readChat, readDiff, readList]
