import type pg from 'pg'

/** A chat as it is when all is over. */
interface EndingChat {
  readonly id: string
  readonly agent: string | null
  readonly archived: boolean
  readonly updated: string
}

/** What a soak left, as far as a observation does not tell. */
export interface Ending {
  readonly chats: ReadonlyMap<string, EndingChat>
  /** How many messages of a step each chat has, by step and chat. */
  readonly messages: ReadonlyMap<string, number>
}

export async function readEnding(
  client: pg.Client,
  table: (name: string) => string,
): Promise<Ending> {
  const chats = await client.query<EndingChat>(
    `SELECT id, agent_id AS agent, archived,
            to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated
     FROM ${table('chats')}`,
  )
  const messages = await client.query<{ step: string; chat: string; count: number }>(
    `SELECT content ->> 'step' AS step, chat_id AS chat, count(*)::integer AS count
     FROM ${table('chat_messages')} WHERE content ? 'step' GROUP BY 1, 2`,
  )
  return {
    chats: new Map(chats.rows.map((chat) => [chat.id, chat])),
    messages: new Map(messages.rows.map(({ step, chat, count }) => [`${step} ${chat}`, count])),
  }
}
