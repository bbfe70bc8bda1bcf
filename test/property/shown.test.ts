import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bind,
  createChat,
  diff,
  getSkill,
  listPins,
  listTools,
  push,
  type ResourceInput,
} from '../../src/index.js'
import { createModel } from '../../src/laws/index.js'
import { shownOf, toolChanges } from '../../src/laws/model/bodies.js'
import { rightHunks } from '../../src/laws/model/hunks.js'
import type { Resource } from '../../src/laws/model/model.js'
import { textOf } from '../../src/laws/model/text.js'
import { getSkill as skillOperation } from '../../src/laws/operations/get-skill.js'
import { listTools as toolsOperation } from '../../src/laws/operations/list-tools.js'
import { makeAgent } from '../context/make-agent.js'
import { runs } from './runs.js'
import { names, shownResources } from './shown-resources.js'
import { places, useDatabase } from './use-database.js'

/** A pushed resource as the model has a pin. */
const toPin = (one: ResourceInput): Resource => ({
  ...{ error: '', sourcePath: '', createdAt: '', updatedAt: '' },
  ...one,
})

describe.each(places)('on %s', (place) => {
  const used = useDatabase(place)

  test('skills, tools and differences are shown as the bodies have them', async () => {
    const { database, rewind, share } = used
    const seen = { skills: 0, tools: 0, skipped: 0, hunks: 0, otherTools: 0 }
    await fc.assert(
      fc
        .asyncProperty(shownResources, shownResources, async (before, after) => {
          const { agentId, ownerId } = await makeAgent(database)
          await push(database, { agentId, version: 1, resources: before })
          const { chat } = await createChat(database, { ownerId, agentId, follows: [] })
          const chatId = chat.id
          const pins = new Map(before.map((one) => [one.source, toPin(one)]))
          const model = createModel()
          model.chats.set(chatId, { id: chatId, pins } as never)
          const predicted = (move: { predict(...args: never[]): unknown }) =>
            (move.predict as (...args: unknown[]) => unknown)(model, '', undefined)

          for (const { source, skill, server } of await listPins(database, { chatId })) {
            const shown = { ...(skill && { skill }), ...(server && { server }) }
            expect(shown).toStrictEqual(shownOf(pins.get(source)!))
          }
          const tools = await listTools(database, { chatId })
          expect(tools).toStrictEqual(predicted(toolsOperation.moveOn({ chatId })))
          for (const name of names) {
            const skill = await getSkill(database, { chatId, name })
            const first = [...pins.values()].filter((one) => shownOf(one).skill?.name === name)
            const only = {
              id: chatId,
              pins: new Map([...pins].filter(([, one]) => first.includes(one))),
            }
            const move = skillOperation.moveOn({ chatId }, only as never)
            const expected = first.length === 0 ? null : predicted(move)
            expect(skill).toStrictEqual(expected)
            if (skill) seen.skills += 1
          }
          const next = await makeAgent(database, { ownerId })
          await push(database, { agentId: next.agentId, version: 1, resources: after })
          await bind(database, { chatId, agentId: next.agentId })
          const live = new Map(after.map((one) => [one.source, toPin(one)]))
          for (const { source, hunks, tools } of (await diff(database, { chatId })).modified) {
            const [old, now] = [pins.get(source)!, live.get(source)!]
            expect(hunks).toStrictEqual(rightHunks(textOf(old), textOf(now), hunks))
            expect(tools).toStrictEqual(toolChanges(old, now))
            if (hunks && hunks.length > 1) seen.hunks += 1
            if (tools && tools.modified.length > 0) seen.otherTools += 1
          }
          if (tools.tools.length > 0) seen.tools += 1
          if (tools.skipped.some(({ name }) => name !== null)) seen.skipped += 1
        })
        .beforeEach(rewind),
      runs(share(40)),
    )
    expect(Object.values(seen)).not.toContain(0)
  })
})
