import type { Operations } from '../operations.js'

/** Operations that make up no id: of two engines that do, none could have the other's. */
export interface GivingIds {
  readonly operations: Operations
  /** Begins again with the first id, as every history does. */
  restart(): void
}

export function givingIds(operations: Operations): GivingIds {
  let count = 0
  return {
    restart() {
      count = 0
    },
    operations: {
      ...operations,
      async createChat(queryable, params) {
        if (params.id !== undefined) return await operations.createChat(queryable, params)
        count += 1
        const id = `ffffffff-0000-4000-8000-${String(count).padStart(12, '0')}`
        return await operations.createChat(queryable, { ...params, id })
      },
    },
  }
}
