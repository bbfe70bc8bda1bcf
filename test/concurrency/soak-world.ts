import type { Catalog } from '../../src/catalog/index.js'
import type { Database, Queryable } from '../../src/index.js'
import type { Operations } from '../../src/laws/index.js'
import type { Random } from './create-random.js'
import type { Effects } from './journal.js'

/** A workspace, and the agents of its builds that may still be there, the newest last. */
interface Workspace {
  readonly id: string
  readonly agents: Agent[]
}

interface Agent {
  readonly id: string
  readonly buildId: string
  version: number
}

/** What the soak knows of its database, without asking. */
export interface SoakWorld {
  readonly ownerId: string
  readonly workspaces: Workspace[]
  /** Places for chats; null where there is none for sure. */
  readonly chats: (string | null)[]
  readonly catalog: Catalog
}

/** What a step is made with. */
export interface Scene {
  readonly world: SoakWorld
  readonly random: Random
  readonly operations: Operations
  /** The number of the step, which everything it writes says. */
  readonly number: number
  /** The time that it gives to what takes one; another for each step. */
  readonly now: string
  table(name: string): string
  /** Wraps what an operation gets, so that its tries are counted. */
  counted<Q extends Queryable>(queryable: Q): Q
}

/** A step that is still to be done. */
interface Plan {
  readonly says: string
  /** What it does as far as anybody can tell beforehand, for when its answer gets lost. */
  readonly effects?: Effects
  /** Does it, and tells exactly what it did, where that is not what it set out to do. */
  act(database: Database): Promise<Effects | undefined>
}

/** A kind of step, and how often it is chosen among the others. */
export interface StepKind {
  readonly name: string
  readonly weight: number
  plan(scene: Scene): Plan
}

export const chatsCount = 40

/** The time of a step: microseconds are kept, and none is in the future. */
export function timeOf(number: number): string {
  return new Date(Date.UTC(2024, 0, 1) + number * 1000).toISOString()
}

/** A chat that there may be. */
export function anyChat({ world, random }: Scene): string {
  return random.pick(world.chats.filter((id) => id !== null)) ?? random.uuid()
}

export function anyAgent({ world, random }: Scene): Agent {
  const agents = world.workspaces.flatMap((workspace) => workspace.agents)
  return random.pick(agents) ?? { id: random.uuid(), buildId: random.uuid(), version: 0 }
}

/** Forgets what is gone for sure, or may be. */
export function forget({ world }: Pick<Scene, 'world'>, ids: readonly string[]): void {
  const gone = new Set(ids)
  world.chats.forEach((id, place) => {
    if (id !== null && gone.has(id)) world.chats[place] = null
  })
  for (const { id, agents } of world.workspaces) {
    const kept = agents.filter((one) => ![id, one.id, one.buildId].some((part) => gone.has(part)))
    agents.splice(0, agents.length, ...kept)
  }
}
