import fc from 'fast-check'
import { pushBeyondCap as beyondCap } from '../arbitraries/caps.js'
import { mostlyLight, nobody, pickAgent, place } from '../choices.js'
import { defineCommand } from '../move.js'
import { aimPush } from './aim-push.js'

/** A push with one byte or one level or one resource too much, which changes nothing. */
export const pushBeyondCap = defineCommand({
  name: 'push beyond a cap',
  choices: fc.record({ agent: place, capped: mostlyLight(beyondCap) }),
  aim: (view, { agent, capped: { cap, push } }) => {
    const agentId = pickAgent(view.model, agent)?.id ?? nobody
    return aimPush(view, { agentId, ...push }, { variant: cap, isBad: true })
  },
})
