import type { Database } from '../../database/index.js'

/** Where a running `driftpin dev` is asked to go back to an image that was laid out for it. */
export const restoreChannel = 'driftpin_dev_restore'

/** A database that lies beside the one that is served, and the name of the image that it is of. */
export interface RestoreRequest {
  readonly id: string
  readonly name: string
}

/** Hears of requests until the engine ends. What is no request is left alone. */
export async function listenForRestores(
  database: Database,
  heard: (request: RestoreRequest) => void,
): Promise<void> {
  await database.listen(restoreChannel, (payload) => {
    const [id, name] = payload.split(' ')
    // Anybody may send one, and a part of it becomes the name of a folder.
    if (id && name && /^[0-9a-f-]{36}$/.test(id)) heard({ id, name })
  })
}

/** Of a request, as it is sent. */
export const restorePayload = ({ id, name }: RestoreRequest): string => `${id} ${name}`
