import fc from 'fast-check'
import { pushAtCap as atCap } from '../arbitraries/push-at-cap.js'
import { pushBeyondCap as beyondCap } from '../arbitraries/push-beyond-cap.js'
import { nobody, pickAgent, place } from '../choices.js'
import { defineCommand } from '../move.js'
import { aimPush } from './aim-push.js'

const capped = (arbitrary: typeof atCap) =>
  fc.oneof(
    { weight: 30, arbitrary: arbitrary({ heavy: false }) },
    { weight: 1, arbitrary: arbitrary() },
  )

/** A push of which something is exactly as much as it may be. */
export const pushAtCap = defineCommand({
  name: 'push at a cap',
  choices: fc.record({ agent: place, capped: capped(atCap) }),
  aim: (view, { agent, capped: { cap, push } }) => {
    const found = pickAgent(view.model, agent)
    if (!found) return undefined
    const params = { agentId: found.id, ...push, initial: true }
    return aimPush(view, params, { variant: cap })
  },
})

/** A push with one byte or one level or one resource too much, which changes nothing. */
export const pushBeyondCap = defineCommand({
  name: 'push beyond a cap',
  choices: fc.record({ agent: place, capped: capped(beyondCap) }),
  aim: (view, { agent, capped: { cap, push } }) => {
    const agentId = pickAgent(view.model, agent)?.id ?? nobody
    return aimPush(view, { agentId, ...push }, { variant: cap, isBad: true })
  },
})
