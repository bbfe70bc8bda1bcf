import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMessages,
  createChat,
  getChatContext,
  getPin,
  listPins,
  prompt,
  push,
} from '../../src/index.js'
import { message, push as pushes, resource } from '../../src/laws/arbitraries/index.js'
import { jsonObject } from '../../src/laws/arbitraries/json.js'
import { makeAgent } from '../context/make-agent.js'
import { runs } from './runs.js'
import { places, useDatabase } from './use-database.js'

describe.each(places)('on %s', (place) => {
  const used = useDatabase(place)

  test('what was pushed is what is pinned, to the last byte of every text', async () => {
    const { database, rewind, share } = used
    await fc.assert(
      fc
        .asyncProperty(pushes({ large: true }), async (report) => {
          const { agentId, ownerId } = await makeAgent(database)
          await push(database, { agentId, ...report, ready: true })
          const { chat } = await createChat(database, { ownerId, agentId })
          const pins = await listPins(database, { chatId: chat.id, bodies: true })
          const sent = new Map(report.resources.map((one) => [one.source, one]))
          expect(pins).toHaveLength(sent.size)
          for (const { createdAt, updatedAt, skill, server, ...pin } of pins) {
            const defaults = { error: '', sourcePath: '' }
            expect(pin).toStrictEqual({ ...defaults, ...sent.get(pin.source)! })
            expect(createdAt).toStrictEqual(updatedAt)
          }
          const { error } = await getChatContext(database, { chatId: chat.id })
          expect(error).toBe(report.snapshotError ?? '')
        })
        .beforeEach(rewind),
      runs(share(16)),
    )
  })

  test('a body of any other shape comes back too, and no prompt fails on it', async () => {
    const { database, rewind, share } = used
    const any = fc.tuple(resource(), jsonObject(), fc.constantFrom('content', 'meta', 'name', 'x'))
    await fc.assert(
      fc
        .asyncProperty(any, async ([one, object, field]) => {
          const { agentId, ownerId } = await makeAgent(database)
          for (const [version, body] of [object, { [field]: object }].entries()) {
            const resources = [{ ...one, status: 'ok' as const, body }]
            await push(database, { agentId, version, resources })
            const { chat } = await createChat(database, { ownerId, agentId })
            const pin = await getPin(database, { chatId: chat.id, source: one.source })
            expect(pin!.body).toStrictEqual(body)
            const { hydrated, text } = await prompt(database, { chatId: chat.id })
            expect([hydrated, typeof text]).toStrictEqual([true, 'string'])
          }
        })
        .beforeEach(rewind),
      runs(share(16)),
    )
  })

  test('messages keep their roles, contents and order', async () => {
    const { database, rewind, share } = used
    const messages = fc.array(message(), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc
        .asyncProperty(messages, async (sent) => {
          const { ownerId } = await makeAgent(database)
          const { chat } = await createChat(database, { ownerId })
          const { ids } = await addMessages(database, { chatId: chat.id, messages: sent })
          const { rows } = await database.query<{ id: string; role: string; content: unknown }>(
            `SELECT id::text, role, content, content IS NULL AS absent
             FROM "${database.schema}".chat_messages AS m WHERE chat_id = $1 ORDER BY m.id`,
            [chat.id],
          )
          expect(rows).toStrictEqual(
            sent.map(({ role, content }, index) => ({
              id: ids[index],
              role,
              content: content ?? null,
              absent: content === undefined,
            })),
          )
        })
        .beforeEach(rewind),
      runs(share(12)),
    )
  })
})
