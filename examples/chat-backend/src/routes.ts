import { resolve, sep } from 'node:path'
import {
  addMessages,
  archive,
  createChat,
  type Database,
  diff,
  type ErrorCode,
  getChatContext,
  listChats,
  prompt,
  push,
  refresh,
} from 'driftpin'
import { scan } from 'driftpin/scan'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { createWorkspace, deleteWorkspace, directoryOf } from './workspaces.js'

// Codes of driftpin, which the compiler checks, and a code of PostgreSQL for an invalid UUID.
const statuses: Partial<Record<ErrorCode | '22P02', 400 | 404 | 409 | 503>> = {
  invalid_input: 400,
  '22P02': 400,
  chat_not_found: 404,
  agent_not_found: 404,
  agent_deleted: 409,
  agent_not_ready: 409,
  no_live_context: 409,
  chat_moved: 503,
  outcome_unknown: 503,
}

const noAgent = () => new HTTPException(404, { message: 'you have no such agent' })

/**
 * The routes of the backend, over any database.
 *
 * @param root The folder that must contain every workspace.
 */
export function createRoutes(database: Database, root: string): Hono {
  const app = new Hono()
  const answer = (context: Context, value: unknown, status: 200 | 201 = 200) =>
    context.body(JSON.stringify(value), status, { 'content-type': 'application/json' })

  /** The user. A real backend takes it from its session, never from the request. */
  const ownerOf = (context: Context) => {
    const ownerId = context.req.header('x-user')
    if (ownerId === undefined) throw new HTTPException(401, { message: 'who asks?' })
    return ownerId
  }
  const keyOf = (context: Context) => ({
    chatId: context.req.param('chatId')!,
    ownerId: ownerOf(context),
  })

  app.post('/workspaces', async (context) => {
    const { name } = await context.req.json<{ name: string }>()
    const directory = resolve(root, String(name))
    if (!directory.startsWith(root + sep))
      throw new HTTPException(400, { message: 'no such place' })
    return answer(
      context,
      await createWorkspace(database, { ownerId: ownerOf(context), name, directory }),
      201,
    )
  })

  app.delete('/workspaces/:workspaceId', async (context) => {
    const workspaceId = context.req.param('workspaceId')
    const isGone = await deleteWorkspace(database, { ownerId: ownerOf(context), workspaceId })
    return context.body(null, isGone ? 204 : 404)
  })

  // The agent pushes what it finds. Each push has a higher version than the one before.
  app.post('/agents/:agentId/report', async (context) => {
    const agentId = context.req.param('agentId')
    const directory = await directoryOf(database, { ownerId: ownerOf(context), agentId })
    if (directory === undefined) throw noAgent()
    const { rootName, ...found } = await scan(directory)
    return answer(context, await push(database, { agentId, version: Date.now(), ...found }))
  })

  app.post('/chats', async (context) => {
    const { agentId, title } = await context.req.json<{ agentId: string; title?: string }>()
    const ownerId = ownerOf(context)
    if ((await directoryOf(database, { ownerId, agentId })) === undefined) throw noAgent()
    return answer(context, await createChat(database, { ownerId, agentId, title }), 201)
  })
  app.get('/chats', async (context) =>
    answer(context, await listChats(database, { ownerId: ownerOf(context) })),
  )
  app.get('/chats/:chatId', async (context) =>
    answer(context, await getChatContext(database, keyOf(context))),
  )
  app.get('/chats/:chatId/drift', async (context) =>
    answer(context, await diff(database, keyOf(context))),
  )
  app.get('/chats/:chatId/prompt', async (context) =>
    context.text((await prompt(database, keyOf(context))).text),
  )
  app.post('/chats/:chatId/refresh', async (context) =>
    answer(context, await refresh(database, keyOf(context))),
  )
  app.post('/chats/:chatId/messages', async (context) => {
    const messages = await context.req.json()
    return answer(context, await addMessages(database, { ...keyOf(context), messages }), 201)
  })
  app.post('/chats/:chatId/archive', async (context) => {
    await archive(database, keyOf(context))
    return context.body(null, 204)
  })

  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (error instanceof SyntaxError) return context.json({ error: error.message }, 400)
    const status = statuses[(error as { code?: keyof typeof statuses }).code!]
    if (status) return context.json({ error: error.message }, status)
    console.error(error)
    return context.json({ error: 'It failed, and the log says why.' }, 500)
  })
  return app
}
