import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { diff, listTools } = ownOperations

const pins = `{schema}.chat_context_resources pin
      ON pin.chat_id = chat.id`
const live = `{schema}.workspace_agent_context_resources pin
      ON pin.workspace_agent_id = chat.agent_id`

type Modified = Awaited<ReturnType<typeof diff>>['modified'][number]

/** A diff whose modified resources are told wrongly. */
const toldWrongly = (name: string, change: (one: Modified) => Partial<Modified>): Mutant => ({
  name,
  laws: [0, 10],
  plant: () => ({
    operations: {
      async diff(queryable, key) {
        const found = await diff(queryable, key)
        return { ...found, modified: found.modified.map((one) => ({ ...one, ...change(one) })) }
      },
    },
  }),
})

/** What a client and a model see of skills and MCP servers. */
export const shownMutants: readonly Mutant[] = [
  statementMutant('the tools are those of the agent', [0], {
    'read pins for tools': [[pins, live]],
  }),
  statementMutant('the tools of a server that is not pinned are listed', [0], {
    'read pins for tools': [['pin.chat_id = chat.id AND', '']],
  }),
  statementMutant('tools are in the order of a locale', [0], {
    'read pins for tools': [['COLLATE "C"', 'COLLATE "unicode"']],
  }),
  statementMutant('of two tools with one name the last is listed', [0], {
    'read pins for tools': [['COLLATE "C"', 'COLLATE "C" DESC']],
  }),
  statementMutant('the tools of a server are listed that is not ok', [0], {
    'read pins for tools': [['pin.status, pin.body', "'ok' AS status, pin.body"]],
  }),
  statementMutant('what is no server has tools', [0], {
    'read pins for tools': [["AND pin.body_kind = 'mcp_server'", '']],
  }),
  {
    name: 'tools with the name of another one are left out in silence',
    laws: [0],
    plant: () => ({
      operations: {
        async listTools(queryable, key) {
          const { tools, skipped } = await listTools(queryable, key)
          return { tools, skipped: skipped.filter(({ name }) => name === null) }
        },
      },
    }),
  },
  statementMutant('the skill of another chat is shown', [0], {
    'get skill': [['pin.chat_id = chat.id AND', '']],
  }),
  statementMutant('the skill of the agent is shown', [0], {
    'get skill': [[pins, live]],
  }),
  statementMutant('a skill is shown that is not ok', [0], {
    'get skill': [["AND pin.status = 'ok'", '']],
  }),
  statementMutant('what is no skill is shown as one', [0], {
    'get skill': [["AND pin.body_kind = 'skill'", '']],
  }),
  statementMutant('of two skills with one name the last is shown', [0], {
    'get skill': [['COLLATE "C"', 'COLLATE "C" DESC']],
  }),
  statementMutant('a list shows a server without its description', [0], {
    'list pins': [
      [
        `'description',
             CASE pg_catalog.jsonb_typeof(pin.body -> 'description')
               WHEN 'string' THEN pin.body -> 'description' ELSE '""' END, 'tools'`,
        `'description', '', 'tools'`,
      ],
    ],
  }),
  statementMutant('a list shows the tools of a server in another order', [0], {
    'list pins': [['ORDER BY tool.place', 'ORDER BY tool.place DESC']],
  }),
  statementMutant('a list shows tools without a name', [0], {
    'list pins': [["WHERE pg_catalog.jsonb_typeof(tool.body -> 'name') = 'string'", 'WHERE true']],
  }),
  statementMutant('a list shows what is no skill as one', [0], {
    'list pins': [["pin.body_kind = 'skill' AND", '']],
  }),
  toldWrongly('a diff has the lines of the live text as the pinned ones', ({ hunks }) => ({
    hunks:
      hunks?.map(({ lines, ...hunk }) => ({
        ...hunk,
        lines: lines.map((line) => line.replace(/^[-+]/, (sign) => (sign === '-' ? '+' : '-'))),
      })) ?? null,
  })),
  toldWrongly('a diff has no lines after the first part', ({ hunks }) => ({
    hunks: hunks?.slice(0, 1) ?? null,
  })),
  toldWrongly('a diff numbers lines from 0', ({ hunks }) => ({
    hunks: hunks?.map((hunk) => ({ ...hunk, liveStart: hunk.liveStart - 1 })) ?? null,
  })),
  toldWrongly('a diff does not see a tool that is gone', ({ tools }) => ({
    tools: tools && { ...tools, removed: [] },
  })),
  toldWrongly('a diff does not see that a tool is another one', ({ tools }) => ({
    tools: tools && { ...tools, modified: [] },
  })),
]
