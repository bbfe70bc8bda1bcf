import fc from 'fast-check'
import { type BodyKind, pushableKinds } from '../../schema/index.js'
import {
  isBusy,
  isDrifted,
  mostly,
  type Preference,
  pick,
  pickAgent,
  place,
  raceAgentIds,
  raceChatIds,
  unknownId,
  type WriteChoice,
  weighted,
  writeChoice,
} from '../choices.js'
import { aggregateHash } from '../model/hashes.js'
import {
  type Content,
  differingKinds,
  pin,
  refuseUnready,
  replace,
  settle,
} from '../model/live-context.js'
import {
  type Chat,
  findChat,
  type Live,
  liveOf,
  Refusal,
  type Resource,
  type Resources,
  unarchived,
} from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineChatOperation, defineOperation, type Move } from '../operation.js'

/** The hashes are equal, but a row differs in its body, its size or a text. */
const differsUnseen: Preference = (model, chat) =>
  isDrifted(model, chat) && differingKinds(chat.pins, liveOf(model, chat)!.resources).length === 0

/** The chat has a mark although its hashes are the live ones again: it was archived in between. */
const isMarkedOnly: Preference = (model, chat) => {
  const live = liveOf(model, chat)
  if (chat.dirtySince === null || !live?.ready) return false
  return differingKinds(chat.pins, live.resources).length === 0
}

/** The part that is refreshed, if it is not the whole context. */
interface Part {
  readonly sources: readonly string[]
  readonly kinds: readonly BodyKind[]
}

interface RefreshArgs {
  readonly part?: Part
}

/** The sources of a part: those that it names, and those that have one of its kinds. */
function sourcesOf({ sources, kinds }: Part, ...sides: readonly Resources[]): Set<string> {
  const ofKinds = sides.flatMap((side) =>
    [...side].flatMap(([source, { kind }]) => (kinds.includes(kind) ? [source] : [])),
  )
  return new Set([...sources, ...ofKinds])
}

/** Makes a part of the pins of a hydrated chat as live. */
function pinPart(chat: Chat, live: Live, part: Part, now: Time): void {
  const meant = sourcesOf(part, chat.pins, live.resources)
  const kept = [...chat.pins].filter(([source]) => !meant.has(source))
  const copied = [...live.resources].filter(([source]) => meant.has(source))
  chat.pins = replace(chat.pins, new Map<string, Content>([...kept, ...copied]), now)
}

interface RefreshChoice {
  readonly of: 'all' | 'kinds' | 'sources' | 'both' | 'unknown'
  readonly kinds: readonly BodyKind[]
  readonly places: readonly number[]
}

export const refresh = defineChatOperation<RefreshArgs, RefreshChoice>({
  name: 'refresh',
  weight: 8,
  event: 'refreshed',
  prefers: [isMarkedOnly, differsUnseen, isDrifted, isBusy],
  choices: {
    of: weighted<RefreshChoice['of']>(
      [5, fc.constant('all')],
      [4, fc.constantFrom('kinds', 'kinds', 'sources', 'sources', 'both', 'unknown')],
    ),
    kinds: fc.subarray([...pushableKinds]),
    places: fc.array(place, { minLength: 1, maxLength: 3 }),
  },
  argsOf(model, chat, { of, kinds, places }) {
    if (of === 'all') return {}
    const known = [
      ...(chat?.pins.keys() ?? []),
      ...((chat && liveOf(model, chat)?.resources) ?? new Map<string, Resource>()).keys(),
    ]
    const sources =
      of === 'unknown' ? ['/nowhere'] : places.flatMap((one) => pick(known, one) ?? [])
    return {
      part: { sources: of === 'kinds' ? [] : sources, kinds: of === 'sources' ? [] : kinds },
    }
  },
  simple: () => ({}),
  says: (chat, { part }) => {
    const names = part && [...part.kinds, ...part.sources.map((one) => JSON.stringify(one))]
    return `refresh ${names ? `${names.join(', ') || 'nothing'} of ` : ''}${chat}`
  },
  flags: (chatId, { part }) => ({
    repins: [chatId],
    ...(part && { part, variant: 'a part' }),
  }),
  execute: ({ queryable, operations }, params, { part }) =>
    operations.refresh(queryable, { ...params, only: part }),
  /**
   * Replaces the pins of one chat, archived or not, with the live context, and clears its mark. Of
   * a hydrated chat a part can be replaced; it then follows and is settled. It is refused without a
   * ready live context, and the pins stay.
   */
  predict(model, key, now, { part }) {
    const chat = findChat(model, key)
    const live = liveOf(model, chat)
    refuseUnready(live)
    const isKnown = (source: string) => chat.pins.has(source) || live!.resources.has(source)
    if (part && !part.sources.every(isKnown)) throw new Refusal('source_not_found')
    const before = chat.pins
    if (!part || !chat.hydrated) pin(model, chat, now)
    else pinPart(chat, live!, part, now)
    const counts = count(before, chat.pins)
    if (part) settle(model, [chat], now)
    return { chat: chat.id, ...counts, aggregateHash: aggregateHash(chat.pins) }
  },
})

function count(before: Resources, after: Resources) {
  const added = [...after.keys()].filter((source) => !before.has(source)).length
  const kept = [...after].filter(([source, row]) => before.get(source) === row).length
  const removed = [...before.keys()].filter((source) => !after.has(source)).length
  return { added, replaced: after.size - added - kept, removed }
}

const sum = (all: readonly ReturnType<typeof count>[], part: keyof ReturnType<typeof count>) =>
  all.reduce((total, one) => total + one[part], 0)

const refreshAgentMove = (
  agentId: string,
  { chats, own = false, notify = false }: WriteChoice & { readonly chats: readonly string[] },
): Move => ({
  says: `refresh the chats of ${agentId}`,
  chats,
  repins: chats,
  usesOwnClock: own,
  ...(notify && { notifies: 'changes' }),
  execute: ({ queryable, operations, now }) =>
    operations.refreshAgent(queryable, { agentId, ...now, notify: notify || undefined }),
  /** Refreshes all unarchived chats of an agent, which may be softly deleted. */
  predict(model, at) {
    const agent = model.agents.get(agentId)
    if (!agent) throw new Refusal('agent_not_found')
    const all = unarchived(model, (chat) => chat.agentId === agentId)
    if (all.length > 0) refuseUnready(agent.live)
    const ids = (hydrated: boolean) =>
      all.filter((chat) => chat.hydrated === hydrated).map(({ id }) => id)
    const answer = { refreshed: ids(true), hydrated: ids(false) }
    const counts = all.map((chat) => {
      const before = chat.pins
      pin(model, chat, at)
      return count(before, chat.pins)
    })
    const [added, replaced, removed] = (['added', 'replaced', 'removed'] as const).map((part) =>
      sum(counts, part),
    )
    return { ...answer, added, replaced, removed }
  },
})

/** What a user asks for who has changed the instructions of a project. */
export const refreshAgent = defineOperation({
  name: 'refresh agent',
  weight: 2,
  choices: fc.record({ agent: place, ...writeChoice }),
  resolve: ({ model }, { agent, ...choice }) => {
    const drifted = [...model.chats.values()].filter((chat) => isDrifted(model, chat))
    const own = pick(drifted, agent)?.agentId
    const bound = new Set(unarchived(model, () => true).map((chat) => chat.agentId))
    const starting = [...model.agents.values()].find(
      ({ id, live }) => live?.ready === false && bound.has(id),
    )
    const other = agent % 5 === 0 && starting ? starting.id : pickAgent(model, agent)?.id
    const known = agent % 3 > 0 && own ? own : other
    const agentId = (agent % 20 === 19 ? undefined : known) ?? unknownId
    const chats = unarchived(model, (chat) => chat.agentId === agentId).map(({ id }) => id)
    return refreshAgentMove(agentId, { ...choice, chats })
  },
  race: ({ agentId }) =>
    mostly(agentId, raceAgentIds).map((id) => refreshAgentMove(id, { chats: raceChatIds })),
})
