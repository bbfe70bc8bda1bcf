/** Something that a digest has to tell. */
export interface Change {
  readonly what: string
  readonly sql: string
  /** What is undone by this has left nothing; omitted where SQL cannot undo it. */
  readonly undo?: string
  /** The parts that differ; every name in them starts with one of these. */
  readonly differs: readonly string[]
}
