import fc from 'fast-check'
import { nobody, pick, pickAgent, place } from './choices.js'
import type { Model } from './model/model.js'

/** To which agent something is bound, and how. */
export const bindingTarget = {
  to: fc.oneof(
    { weight: 6, arbitrary: fc.constant('agent') },
    { weight: 3, arbitrary: fc.constantFrom('none', 'silent', 'nobody') },
  ),
  agent: place,
  refresh: fc.boolean(),
  own: fc.boolean(),
  notify: fc.boolean(),
}

/**
 * Another agent than the chat's own, one that has not pushed, none, or one that does not exist.
 *
 * @param own The agents that would be nothing new.
 */
export function agentToBind(
  model: Model,
  { to, agent }: { readonly to: string; readonly agent: number },
  own: readonly (string | null)[],
): string | null | undefined {
  if (to === 'none') return null
  if (to === 'nobody') return nobody
  const agents = [...model.agents.values()]
  const silent = agents.filter(({ live }) => !live)
  const others = agents.filter(({ id, live, deleted }) => live && !deleted && !own.includes(id))
  if (to === 'silent') return pick(silent, agent)?.id
  return others.length > 0 ? pick(others, agent)!.id : pickAgent(model, agent)?.id
}

export const sayBinding = (
  agentId: string | null,
  refresh: boolean,
  nameOf: (id: string) => string,
) => `${agentId === null ? 'none' : nameOf(agentId)}${refresh ? ', with refresh' : ''}`
