import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  addMessages,
  createBuild,
  createChat,
  hydrate,
  listChats,
  purge,
  push,
  refresh,
} from '../../src/index.js'
import { refusal } from './refusal.js'

const id = randomUUID()
const report = { agentId: id, version: 1, resources: [] }
const aKind = { source: '/a', body: {}, contentHash: '00', sizeBytes: 0, status: 'ok' }
const aUuid = 'must be a UUID, such as that of crypto.randomUUID()'
const kinds = 'instruction_file, skill, mcp_config, mcp_server'

/** An operation, its parameters, and what its error says of them. */
const wrong: readonly [unknown, object | undefined, string][] = [
  [push, { ...report, agentId: 'x' }, `push: agentId: ${aUuid}`],
  [push, { ...report, version: '1' }, 'push: version: must be a number, and is a string'],
  [push, { ...report, version: 1.5 }, 'push: version: must be an integer, and is 1.5'],
  [push, { ...report, version: -1 }, 'push: version: must be at least 0'],
  [push, { ...report, resources: {} }, 'push: resources: must be an array, and is an object'],
  [
    push,
    { agentId: id, version: 1, ressources: [] },
    'push: the parameters: has no property "ressources"; the closest that exists is "resources"',
  ],
  [
    push,
    { ...report, run: { id, startetAt: new Date() } },
    'push: run: has no property "startetAt"; the closest that exists is "startedAt"',
  ],
  [
    push,
    { ...report, resources: [aKind] },
    `push: resources[0] ("/a"): kind: is missing, and must be one of ${kinds}`,
  ],
  [
    push,
    { ...report, resources: [{ ...aKind, kind: 'plugin' }] },
    `push: resources[0] ("/a"): kind: must be one of ${kinds}`,
  ],
  [createChat, {}, 'createChat: ownerId: is missing, and must be a string'],
  [createChat, undefined, 'createChat: the parameters: is missing, and must be an object'],
  [hydrate, {}, 'hydrate: chatId: is missing, and must be a string'],
  [listChats, { ownerId: id, limit: 1001 }, 'listChats: limit: must be at most 1000'],
  [purge, { before: 'yesterday' }, 'purge: before: must be a Date or an ISO 8601 time'],
  [createBuild, { workspaceId: id, buildNumber: 0 }, 'buildNumber: must be at least 1'],
  [
    refresh,
    { chatId: id, only: { source: ['/a'] } },
    'refresh: only: has no property "source"; the closest that exists is "sources"',
  ],
  [
    addMessages,
    { chatId: id, messages: [{ rol: 'user' }] },
    'messages[0]: has no property "rol"; the closest that exists is "role"',
  ],
]

test.each(wrong)('%#: what is wrong is named in words of ours', async (operation, params, says) => {
  // Nothing reaches the database, so none is needed.
  const call = operation as (database: undefined, params: unknown) => Promise<unknown>
  const { message } = await refusal(call(undefined, params), 'invalid_input')
  expect(message).toContain(says)
  expect(message).toContain('Nothing was written.')
  expect(message).not.toMatch(/Invalid|expected|received|Unrecognized/)
})
