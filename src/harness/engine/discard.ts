import type { Engine } from './open-engine.js'

/** A crashed engine, or one that waits for something, cannot be closed: it is let go. */
export async function discard({ pglite, inside }: Engine): Promise<void> {
  inside.setTimers([])
  if (pglite.closed || inside.crash() !== undefined) return
  if (!pglite.isInTransaction()) await pglite.close().catch(() => {})
}
