/** What a step does to the database, or would have done. */
export interface Effects {
  /** The chats and agents that it makes, each with what takes it along when it is removed. */
  readonly creates?: readonly { readonly id: string; readonly goesWith?: readonly string[] }[]
  /** What is gone after it: chats, agents, builds, workspaces. All chats where nobody knows. */
  readonly removes?: readonly string[] | 'any chat'
  /** Values that the last writer determines. */
  readonly writes?: readonly Write[]
  readonly messages?: readonly TaggedMessages[]
  /** Chats that may be without pins after it, although their agent has pushed. */
  readonly unpins?: readonly string[]
  readonly push?: TaggedPush
}

/** Something with one value at a time, such as the agent of a chat, and the value it is given. */
export interface Write {
  readonly what: string
  readonly value: string
}

/** Messages of which each says the number of the step that added it. */
interface TaggedMessages {
  readonly chatId: string
  readonly count: number
}

interface TaggedPush {
  readonly agentId: string
  readonly version: number
  readonly initial: boolean
  readonly ready: boolean
}

/**
 * How a step ended: `done` was acknowledged, `refused` and `failed` must have changed nothing, the
 * first for what was found and the second for an error of the server. Of `unknown` the answer got
 * lost: all of it happened, or nothing.
 */
export type Outcome = 'done' | 'refused' | 'failed' | 'unknown'

/** One operation of the soak, from its first statement to its last. */
export interface Step {
  readonly number: number
  readonly name: string
  readonly says: string
  /** The clock of the soak, which counts beginnings and ends. */
  readonly begun: number
  /** Infinite for what may still happen after its error was seen. */
  ended: number
  outcome: Outcome
  /** The SQLSTATE or code of the error, and its message. */
  error: string
  /** How often its transaction was tried in a row, at most. */
  tries: number
  /** How often it was tried again, over all of its transactions. */
  retries: number
  /** The deadlocks that its operations met. */
  deadlocks: number
  effects: Effects
}

/** A step as a line of a report. */
export const sayStep = ({ number, says, outcome, error, begun, ended }: Step) =>
  `${number} (${begun} to ${ended}) ${says}: ${outcome}${error ? ` ${error}` : ''}`

/**
 * The values that something may have now: those of the writers that no acknowledged writer began
 * after. Whoever overlaps may have been the last.
 */
export function lastValues(journal: readonly Step[], ...whats: readonly string[]): Set<string> {
  const writers = journal.flatMap((step) =>
    (step.effects.writes ?? [])
      .filter((one) => whats.includes(one.what))
      .map(({ value }) => ({ step, value })),
  )
  return lastOf(writers.filter(({ step }) => mayHaveHappened(step)))
}

function lastOf(writers: readonly { readonly step: Step; readonly value: string }[]): Set<string> {
  const begun = writers.filter(({ step }) => step.outcome === 'done').map(({ step }) => step.begun)
  const lastBegun = Math.max(-1, ...begun)
  return new Set(writers.filter(({ step }) => step.ended > lastBegun).map(({ value }) => value))
}

export const mayHaveHappened = ({ outcome }: Step) => outcome === 'done' || outcome === 'unknown'
