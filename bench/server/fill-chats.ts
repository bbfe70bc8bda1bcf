import { createHash } from 'node:crypto'
import { type Database, kindHashes, type ResourceInput } from '../../src/index.ts'

export const chatsPerAgent = 100
export const chatsPerOwner = 1000
/** One of so many is archived, past retention, and has a row in every table of its own. */
export const chatsPerArchived = 10
export const resourcesPerAgent = 3
export const messagesPerChat = 2

/** The ids are hashes, so that rows lie as scattered as those of random ids do. */
const idOf = (what: string, nth: string) => `md5('${what} ' || (${nth}))::uuid`

/** The id that {@link fillChats} gives the `nth` of something, as SQL computes it. */
export async function idsOf(
  database: Database,
  what: 'agent' | 'chat' | 'owner',
  nths: readonly number[],
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT ${idOf(what, 'nth')} AS id FROM unnest($1::integer[]) WITH ORDINALITY AS asked (nth, place)
     ORDER BY place`,
    [nths],
  )
  return rows.map(({ id }) => id)
}

/**
 * Adds chats until there are `to`, with agents that have pushed and everything that a chat has,
 * by a statement a table: through the operations a million would take hours.
 */
export async function fillChats(database: Database, from: number, to: number): Promise<void> {
  const found = Array.from({ length: resourcesPerAgent }, (_, place) => ({
    ...{ source: `/shop/${place + 1}/AGENTS.md`, kind: 'instruction_file', status: 'ok' },
    contentHash: createHash('sha256').update('body').digest('hex'),
  })) as unknown as ResourceInput[]
  const hashes = `'${JSON.stringify(await kindHashes(found))}'::jsonb`
  const agents = `generate_series(${from / chatsPerAgent}, ${to / chatsPerAgent - 1}) AS n`
  const chats = `generate_series(${from}, ${to - 1}) AS n`
  const archived = `${chats} WHERE n % ${chatsPerArchived} = 0`
  const [agent, chat] = [idOf('agent', 'n'), idOf('chat', 'n')]
  const body = `jsonb_build_object('content', (
    SELECT string_agg(md5(n || ' ' || place || ' ' || part), '') FROM generate_series(1, 16) AS part))`
  await database.script(`
    INSERT INTO workspaces (id, owner_id, name)
    SELECT ${agent}, ${idOf('owner', `n * ${chatsPerAgent} / ${chatsPerOwner}`)}, 'shop' FROM ${agents};
    INSERT INTO workspace_builds (id, workspace_id, build_number)
    SELECT ${agent}, ${agent}, 1 FROM ${agents};
    INSERT INTO workspace_agents (id, build_id, name) SELECT ${agent}, ${agent}, 'main' FROM ${agents};
    INSERT INTO workspace_agent_context_snapshots (workspace_agent_id, version, kind_hashes)
    SELECT ${agent}, 1, ${hashes} FROM ${agents};
    INSERT INTO workspace_agent_context_resources
      (workspace_agent_id, source, body_kind, body, content_hash, size_bytes, status)
    SELECT ${agent}, '/shop/' || place || '/AGENTS.md', 'instruction_file', ${body},
           sha256('body'), 384, 'ok'
    FROM ${agents}, generate_series(1, ${resourcesPerAgent}) AS place;
    INSERT INTO chats (id, owner_id, workspace_id, build_id, agent_id, title, archived, created_at,
                       updated_at, context_hashes)
    SELECT ${chat}, ${idOf('owner', `n / ${chatsPerOwner}`)}, ${idOf('agent', `n / ${chatsPerAgent}`)},
           ${idOf('agent', `n / ${chatsPerAgent}`)}, ${idOf('agent', `n / ${chatsPerAgent}`)},
           'Chat ' || n, n % ${chatsPerArchived} = 0, now() - interval '2 years',
           now() - interval '40 days' - interval '1 minute' * (n % 100000), ${hashes}
    FROM ${chats};
    INSERT INTO chat_context_resources
      (chat_id, source, body_kind, body, content_hash, size_bytes, status)
    SELECT ${chat}, live.source, live.body_kind, live.body, live.content_hash, live.size_bytes,
           live.status
    FROM ${chats} JOIN workspace_agent_context_resources live
      ON live.workspace_agent_id = ${idOf('agent', `n / ${chatsPerAgent}`)};
    INSERT INTO chat_messages (chat_id, role, content)
    SELECT ${chat}, 'user', jsonb_build_object('text', repeat('word ', 40))
    FROM ${chats}, generate_series(1, ${messagesPerChat});
    INSERT INTO chat_queued_messages (chat_id, content, position) SELECT ${chat}, '{}', 1 FROM ${archived};
    INSERT INTO chat_files (id, owner_id, name, mimetype, data, created_at)
    SELECT ${chat}, ${chat}, 'notes.txt', 'text/plain', 'x', now() - interval '1 minute' * n FROM ${archived};
    INSERT INTO chat_file_links (chat_id, file_id) SELECT ${chat}, ${chat} FROM ${archived};
    INSERT INTO chat_diff_statuses (chat_id, stale_at) SELECT ${chat}, now() FROM ${archived};
    INSERT INTO chat_debug_runs (chat_id, id, kind, status) SELECT ${chat}, ${chat}, 'turn', 'done' FROM ${archived};
    INSERT INTO chat_debug_steps (chat_id, id, run_id, step_number, operation, status, normalized_request)
    SELECT ${chat}, ${chat}, ${chat}, 1, 'call', 'done', '{}' FROM ${archived}`)
  await database.script('VACUUM (ANALYZE)')
  await database.script('CHECKPOINT')
}
