import { ownOperations } from '../../../src/laws/own-operations.js'
import { aggregateHash } from '../../../src/schema/aggregate-hash.js'
import type { ResourceInput } from '../../../src/schema/resource.js'
import { everyColumn } from './every-column.js'
import type { Mutant, Planted } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { push } = ownOperations

const compare = 'remove absent and find differing resources'
const write = 'write differing resources'

/** The gate as it is when it takes something else for the stored version. */
const gate = (name: string, laws: readonly number[], stored: string) =>
  statementMutant(name, laws, {
    'read stored version': [['SELECT version FROM', `SELECT ${stored} AS version FROM`]],
  })

/** A push whose hash does not see something of a resource. */
const blindHash = (name: string, blind: (resource: ResourceInput) => ResourceInput): Mutant => ({
  name,
  laws: [6],
  plant: (): Planted => ({
    operations: {
      async push(queryable, params) {
        if (params.aggregateHash) return await push(queryable, params)
        const hash = await aggregateHash(params.resources.map(blind)).catch(() => undefined)
        return await push(queryable, { ...params, ...(hash && { aggregateHash: hash }) })
      },
    },
  }),
})

const isOther = `(${everyColumn('stored')}) IS DISTINCT FROM (${everyColumn('excluded')})`

/** A push that sends every resource to be written, and leaves it to the end which differ. */
const sendsAll = (name: string, updatedAt: string) =>
  statementMutant(name, [13], {
    [compare]: [['WHERE live.source IS NULL\n', 'WHERE true\n']],
    [write]: [
      ['WHERE live.source IS NULL OR (live', 'WHERE true OR (live'],
      [
        'INTO {schema}.workspace_agent_context_resources\n',
        'INTO {schema}.workspace_agent_context_resources AS stored\n',
      ],
      ['updated_at = excluded.updated_at', updatedAt],
    ],
  })

/** Pushes: what is let in, what is written of it, and what is left alone. */
export const pushMutants: readonly Mutant[] = [
  gate('a push of the stored version again is let in', [7], 'version - 1'),
  gate('a push of any version is let in', [7], '-1::bigint'),
  gate('the next version is kept out', [6], 'least(version, 9223372036854775806) + 1'),
  {
    name: 'an initial push is kept out like any other',
    laws: [6],
    plant: () => ({
      operations: {
        push: async (queryable, { initial, ...params }) => await push(queryable, params),
      },
    }),
  },
  statementMutant('a push leaves resources that it no longer has', [6], {
    [compare]: [
      [
        'live.workspace_agent_id = $1::pg_catalog.uuid\n        AND NOT EXISTS',
        'false AND NOT EXISTS',
      ],
    ],
  }),
  statementMutant('a push takes a body for the same because its hash is', [6], {
    [compare]: [['OR sha256(convert_to(live.body', 'OR false AND sha256(convert_to(live.body']],
  }),
  statementMutant('a push keeps the error of the snapshot before', [6], {
    'write snapshot': [['snapshot_error = excluded.snapshot_error, ', '']],
  }),
  statementMutant('a push moves the time of the first appearance of what it changes', [6], {
    [write]: [['updated_at = excluded', 'created_at = excluded.created_at, updated_at = excluded']],
  }),
  sendsAll(
    'a push writes resources again that are equal',
    `updated_at = CASE WHEN ${isOther} THEN excluded.updated_at ELSE stored.updated_at END`,
  ),
  sendsAll(
    'a push locks resources that are equal',
    `updated_at = excluded.updated_at WHERE ${isOther}`,
  ),
  blindHash('the aggregate hash does not see the status', (one) => ({ ...one, status: 'ok' })),
  blindHash('the aggregate hash does not see the kind', (one) => ({ ...one, kind: 'skill' })),
  statementMutant('a push keeps the readiness of the one before', [6], {
    'write snapshot': [['ready = excluded.ready,', '']],
  }),
  {
    name: 'a push of an agent that is not ready counts as ready',
    laws: [6],
    plant: () => ({
      operations: {
        push: async (queryable, { ready, ...params }) => await push(queryable, params),
      },
    }),
  },
]
