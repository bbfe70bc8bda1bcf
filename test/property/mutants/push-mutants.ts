import { ownOperations } from '../../../src/laws/own-operations.js'
import { everyColumn } from './every-column.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { push } = ownOperations

const compare = 'remove absent and find differing resources'
const write = 'write differing resources'

/** The comparison with the stored snapshot, with another text in the place of a part. */
const gate = (name: string, laws: readonly number[], from: string, to: string) =>
  statementMutant(name, laws, { 'compare with stored snapshot': [[from, to]] })

/** Hashes that do not see something of a resource. */
const blindHash = (name: string, from: string, to: string) =>
  statementMutant(`the hashes do not see ${name}`, [6, 19], { 'write snapshot': [[from, to]] })

const isOther = `(${everyColumn('stored')}) IS DISTINCT FROM (${everyColumn('excluded')})`

/** A push that sends every resource to be written, and leaves it to the end which differ. */
const sendsAll = (name: string, updatedAt: string) =>
  statementMutant(name, [13], {
    [compare]: [['WHERE live.source IS NULL\n', 'WHERE true\n']],
    [write]: [
      ['WHERE live.source IS NULL OR ROW(live', 'WHERE true OR ROW(live'],
      [
        'INTO {schema}.workspace_agent_context_resources\n',
        'INTO {schema}.workspace_agent_context_resources AS stored\n',
      ],
      ['updated_at = excluded.updated_at', updatedAt],
    ],
  })

/** Pushes: what is let in, what is written of it, and what is left alone. */
export const pushMutants: readonly Mutant[] = [
  gate(
    'a push of the stored version again is let in',
    [7],
    '<= stored.version',
    '< stored.version',
  ),
  gate('a push of any version is let in', [7], '<= stored.version', '< -1 + 0 * stored.version'),
  gate(
    'the next version is kept out',
    [6, 18],
    '<= stored.version',
    '<= least(stored.version, 9223372036854775806) + 1',
  ),
  gate(
    'the gate ignores the run',
    [7, 18],
    'END, false) AS "isSuperseded"',
    'END AND false, false) AS "isSuperseded"',
  ),
  gate(
    'a delayed initial push of an earlier run is let in',
    [7, 18],
    '$5::pg_catalog.timestamptz < stored',
    'false AND $5 < stored',
  ),
  gate(
    'a push of another run is let in',
    [7, 18],
    'ELSE stored.run_id IS NOT NULL AND',
    'ELSE false AND',
  ),
  gate(
    'a run is known by its id alone',
    [7, 18],
    'IS DISTINCT FROM ($4::pg_catalog.uuid, $5::pg_catalog.timestamptz)',
    'IS DISTINCT FROM ($4, stored.run_started_at)',
  ),
  gate(
    'a run that started at the time of the stored one is kept out',
    [0, 6],
    '< stored.run_started_at',
    '<= stored.run_started_at',
  ),
  gate(
    'a push without a run is kept out by one that has none',
    [6, 7, 0],
    'ELSE stored.run_id IS NOT NULL AND',
    'ELSE $4::pg_catalog.uuid IS NOT NULL AND',
  ),
  gate('a run of the day after tomorrow is let in', [0, 6], 'hours => 24', 'hours => 25'),
  gate('a run of tomorrow is kept out', [0, 6], 'hours => 24', 'hours => 23'),
  statementMutant('a push keeps the run of the one before', [6], {
    'write snapshot': [['run_id = excluded.run_id,', '']],
  }),
  statementMutant('a push keeps the start of the run before', [6], {
    'write snapshot': [['run_started_at = excluded.run_started_at, ', '']],
  }),
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
  blindHash('the status', "hashed.status, ','", "'ok', ','"),
  blindHash('the source', "':', hashed.source, ','", "':', ','"),
  blindHash('the content', '|| hashed.content_hash ||', '||'),
  statementMutant('the hashes are in the order of a locale', [6, 19], {
    'write snapshot': [['hashed.source COLLATE "C"', 'hashed.source COLLATE "unicode"']],
  }),
  statementMutant('a push keeps the hashes of the one before', [6, 19], {
    'write snapshot': [['kind_hashes = excluded.kind_hashes,', '']],
  }),
  statementMutant('a push takes any other for an unchanged one', [6], {
    'compare with stored snapshot': [
      ['coalesce(stored.resources_digest = ', 'coalesce(stored.resources_digest <> '],
    ],
  }),
  statementMutant('a push is compared with the first one', [6], {
    'write snapshot': [['resources_digest = excluded.resources_digest, ', '']],
  }),
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
