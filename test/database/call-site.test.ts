import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { callSite } from '../../src/database/queue.js'

const own = fileURLToPath(new URL('../../src', import.meta.url))

const errorAt = (...frames: string[]) =>
  Object.assign(new Error('asked'), {
    stack: ['Error: asked', ...frames.map((frame) => `    at ${frame}`)].join('\n'),
  })

test("a project's own folders may be called as ours are, and are shown all the same", () => {
  const error = errorAt(
    `Queue.hold (${own}/database/queue.ts:70:19)`,
    `listenOn (file://${own}/harness/watch-pglite.ts:1:1)`,
    `push (${own}/context/push.ts:90:10)`,
    'query (/home/dev/shop/node_modules/pg/lib/client.js:526:1)',
    'process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    'findOrder (/home/dev/shop/src/database/orders.ts:12:3)',
    'GET (/home/dev/shop/src/harness/api.ts:7:5)',
  )
  expect(callSite(error)).toBe(
    [
      '    at findOrder (/home/dev/shop/src/database/orders.ts:12:3)',
      '    at GET (/home/dev/shop/src/harness/api.ts:7:5)',
    ].join('\n'),
  )
  expect(callSite(error, 1)).toContain('findOrder')
})

test('where nothing but our own lines are known, they are better than none', () => {
  const error = errorAt(`Queue.hold (${own}/database/queue.ts:70:19)`)
  expect(callSite(error)).toContain('queue.ts:70')
})
