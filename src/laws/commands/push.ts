import fc from 'fast-check'
import { resource } from '../arbitraries/resource.js'
import { pick, pickAgent, place } from '../choices.js'
import type { Model } from '../model/model.js'
import { defineCommand } from '../move.js'
import { aimPush } from './aim-push.js'
import { pushVariants } from './push-variants.js'

/** Few sources, so that one push meets the resources of another. */
const sources = ['/AGENTS.md', '/agents.md', '/caf\u00e9', '/cafe\u0301', 'mcp:a'] as const

/**
 * Often the first two differ in nothing but their sources, so that only those put them in order.
 */
const someResources = fc
  .tuple(fc.array(fc.tuple(resource(), fc.boolean()), { maxLength: sources.length }), fc.boolean())
  .map(([list, areTwins]) => {
    const [first, second, ...others] = list
    const twins =
      areTwins && first && second ? [first, [first[0], false] as const, ...others] : list
    const made = twins.map(([one, own], index) => (own ? one : { ...one, source: sources[index]! }))
    return [...new Map(made.map((one) => [one.source, one])).values()]
  })

const names = Object.keys(pushVariants) as (keyof typeof pushVariants)[]

/** An agent that chats have pinned, or one that never pushed, since nothing can happen with it. */
const targets = {
  watched: ({ agents, chats }: Model) => {
    const hydrated = [...chats.values()].filter((chat) => chat.pinnedHash && !chat.archived)
    const ids = new Set(hydrated.map(({ agentId }) => agentId))
    return [...agents.values()].filter(({ id, deleted }) => ids.has(id) && !deleted)
  },
  drifted: ({ agents, chats }: Model) => {
    const dirty = [...chats.values()].filter((chat) => chat.dirtySince && !chat.archived)
    const ids = new Set(dirty.map(({ agentId }) => agentId))
    return [...agents.values()].filter(({ id, deleted }) => ids.has(id) && !deleted)
  },
  silent: ({ agents }: Model) =>
    [...agents.values()].filter(({ live, deleted }) => !live && !deleted),
  any: ({ agents }: Model) => [...agents.values()].reverse(),
} as const

/** A report of an agent, made of what it reported before. */
export const push = defineCommand({
  name: 'push',
  weight: 10,
  choices: fc.record({
    agent: place,
    to: fc.constantFrom('watched', 'watched', 'watched', 'silent', 'any'),
    variant: fc.oneof(
      { weight: 3, arbitrary: fc.constant('fresh' as const) },
      { weight: 5, arbitrary: fc.constant('one changed' as const) },
      { weight: 4, arbitrary: fc.constant('back to pins' as const) },
      { weight: 2, arbitrary: fc.constant('not ready' as const) },
      { weight: 3, arbitrary: fc.constant('body alone' as const) },
      { weight: 7, arbitrary: fc.constantFrom(...names) },
    ),
    resources: someResources,
    which: place,
    field: fc.constantFrom(
      ...([
        'body',
        'contentHash',
        'sizeBytes',
        'status',
        'status',
        'status',
        'error',
        'sourcePath',
      ] as const),
    ),
    step: fc.integer({ min: 1, max: 3 }),
    hash: fc.option(fc.nat(2), { nil: undefined, freq: 8 }),
    error: fc.constantFrom('', '', 'slow disk'),
    own: fc.boolean(),
    notify: fc.boolean(),
  }),
  aim: (view, { agent, to, variant, hash, error, own, notify, ...choice }) => {
    // What goes back to pins is of most interest where it takes a mark off.
    const drifted =
      variant === 'back to pins' ? pick(targets.drifted(view.model), agent) : undefined
    const among = targets[to](view.model)
    const found = drifted ?? pick(among, agent) ?? pickAgent(view.model, agent)
    if (!found) return undefined
    const report = pushVariants[variant](view.model, found, choice)
    const params = {
      agentId: found.id,
      ...report,
      notify,
      ...(hash !== undefined && { aggregateHash: Uint8Array.of(hash) }),
      ...(error !== '' && { snapshotError: error }),
    }
    return aimPush(view, params, { variant, usesOwnClock: own })
  },
})

/** Small files, pushed by the newest agent: each a source, its content and the byte of its hash. */
const pushOf = (...files: readonly (readonly [string, string, number])[]) => ({
  agent: 0,
  to: 'any',
  variant: 'fresh',
  resources: files.map(([source, text, byte]) => ({
    source,
    kind: 'instruction_file',
    body: { content: Buffer.from(text).toString('base64') },
    contentHash: Uint8Array.of(byte),
    sizeBytes: text.length,
    status: 'ok',
  })),
  which: 0,
  field: 'body',
  step: 1,
  hash: undefined,
  error: '',
  own: false,
  notify: false,
})

const [upper, lower] = sources

export const openingPush = pushOf([upper, '# Shop\n', 1], [lower, '# Till\n', 2])
export const driftingPush = pushOf([upper, '# Ship\n', 3], [lower, '# Till\n', 2])
export const otherPush = pushOf([upper, '# Dock\n', 4])
