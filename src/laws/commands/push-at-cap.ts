import fc from 'fast-check'
import { pushAtCap as atCap } from '../arbitraries/caps.js'
import { mostlyLight, pickAgent, place } from '../choices.js'
import { defineCommand } from '../move.js'
import { aimPush } from './aim-push.js'

/** A push of which something is exactly as much as it may be. */
export const pushAtCap = defineCommand({
  name: 'push at a cap',
  choices: fc.record({ agent: place, capped: mostlyLight(atCap) }),
  aim: (view, { agent, capped: { cap, push } }) => {
    const found = pickAgent(view.model, agent)
    if (!found) return undefined
    const params = { agentId: found.id, ...push, initial: true }
    return aimPush(view, params, { variant: cap })
  },
})
