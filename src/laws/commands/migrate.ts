import fc from 'fast-check'
import { pick, place } from '../choices.js'
import { pinTable, snapshotTable } from '../law.js'
import type { Model } from '../model/model.js'
import { defineCommand } from '../move.js'
import { pinMigration, type RoundTrip, roundTrip } from '../round-trip.js'

/** Down to the version before the pins, or to any other, and up again, with the rows there are. */
export const migrate = defineCommand({
  name: 'migrate down and up',
  fitsTransaction: false,
  choices: fc.record({
    to: fc.constantFrom('before the pins', 'any'),
    version: place,
  }),
  aim: ({ model, migrations }, { to, version }) => {
    if (migrations.length === 0) return undefined
    const pins = migrations.findIndex(({ name }) => name === pinMigration)
    const before = to === 'any' ? version % migrations.length : pins
    const target = before === 0 ? 0 : pick(migrations, before - 1)!.version
    return {
      says: `migrate down to ${target} and up again`,
      variant: to,
      chats: [...model.chats.keys()],
      repins: [...model.chats.keys()],
      isMigration: true,
      act: ({ database }) => roundTrip(database, { target, migrations }),
      predict: (model, _, answer) => {
        forget(model, (answer as RoundTrip | undefined)?.dropped ?? [])
        return answer
      },
    }
  },
})

/** What goes with the tables and columns that were dropped on the way. */
function forget(model: Model, dropped: readonly string[]): void {
  const isGone = (table: string) => dropped.includes(table)
  if (isGone('workspaces')) for (const kept of Object.values(model)) kept.clear()
  if (isGone('chats')) model.chats.clear()
  if (isGone(snapshotTable)) {
    for (const agent of model.agents.values()) delete agent.live
  }
  if (isGone(`${snapshotTable}.ready`)) {
    for (const agent of model.agents.values()) {
      if (agent.live) agent.live = { ...agent.live, ready: true }
    }
  }
  if (isGone('chat_messages')) for (const chat of model.chats.values()) chat.messages = []
  if (!isGone(pinTable)) return
  for (const chat of model.chats.values()) {
    Object.assign(chat, { pins: new Map(), pinnedHash: null, dirtySince: null, error: '' })
  }
}
