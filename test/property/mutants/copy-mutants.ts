import { quoteIdentifier } from '../../../src/database/names.js'
import type { CreateChatParams, Queryable } from '../../../src/index.js'
import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { bothLocks } from './settling-mutants.js'
import { statementMutant } from './statement-mutant.js'

const { createChat, getChatContext, setFollows } = ownOperations

const insert = 'insert chat with pins of another'
const selected = `context_hashes,
             context_follows, context_error, coalesce`

/** Something else in the place of what a copy takes from the original. */
const forgets = (what: string, from: string, to: string) =>
  statementMutant(`a copy forgets ${what}`, [19, 20], {
    [insert]: [[selected, selected.replace(from, to)]],
  })

/** A copy with which something is done afterwards. */
const spoilt = (
  name: string,
  laws: readonly number[],
  spoil: (queryable: Queryable, chatId: string, params: CreateChatParams) => Promise<unknown>,
): Mutant => ({
  name,
  laws,
  plant: () => ({
    operations: {
      async createChat(queryable, params) {
        const done = await createChat(queryable, params)
        if (params.pinsOf) await spoil(queryable, done.chat.id, params)
        return done
      },
    },
  }),
})

/** Chats with the pins of others. */
export const copyMutants: readonly Mutant[] = [
  spoilt(
    'a copy shares the rows of the original',
    [1, 5, 20],
    async (queryable, chatId, params) => {
      const pins = `${quoteIdentifier(queryable.schema)}.chat_context_resources`
      const { rowCount } = await queryable.query(`DELETE FROM ${pins} WHERE chat_id = $1`, [chatId])
      if (rowCount === 0) return
      const move = `UPDATE ${pins} SET chat_id = $1 WHERE chat_id = $2`
      await queryable.query(move, [chatId, params.pinsOf])
    },
  ),
  spoilt('a copy follows at once', [20], async (queryable, chatId, { now }) => {
    const { follows } = await getChatContext(queryable, { chatId })
    await setFollows(queryable, { chatId, follows, now })
  }),
  forgets('the hashes', 'context_hashes', "context_hashes - 'instruction_file'"),
  forgets('what the original follows', 'context_follows', "'{skill}'"),
  forgets('the error', 'context_error', "''"),
  statementMutant('a copy forgets the bodies', [20], {
    [insert]: [['pin.body, ', "'{}'::jsonb, "]],
  }),
  statementMutant('a copy has the times of the original', [0], {
    [insert]: [
      [
        `coalesce($9::pg_catalog.timestamptz, now()), coalesce($9::pg_catalog.timestamptz, now())
      FROM chat,`,
        'pin.created_at, pin.updated_at\n      FROM chat,',
      ],
    ],
  }),
  statementMutant('anybody may copy the pins of a chat', [0, 5], {
    [insert]: [['AND owner_id = $2::pg_catalog.uuid', '']],
  }),
  statementMutant(
    'a copy is not settled',
    [8],
    bothLocks(['"marks"\n    ) todo', '"marks_not", false AS "marks"\n    ) todo']),
    ['createChat'],
  ),
]
