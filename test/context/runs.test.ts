import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Database, type PushParams, push } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeFile } from './make-resources.js'
import { readRows } from './read-rows.js'
import { refusal } from './refusal.js'

const microsecond = (n: number) => `2026-03-01T12:00:00.00000${n}Z`

describe.each(engineNames)('runs of an agent on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  /** A push of an agent that says what became of it, of a run that started so late. */
  async function makeRuns() {
    const { agentId } = await makeAgent(database)
    const ids = new Map<number, string>()
    const runOf = (start: number) => {
      const id = ids.get(start) ?? randomUUID()
      ids.set(start, id)
      return { id, startedAt: microsecond(start) }
    }
    const tell = async (params: Partial<PushParams> & { version: number }, start?: number) => {
      const run = start === undefined ? undefined : runOf(start)
      const resources = [makeFile('/AGENTS.md', `${start} ${params.version}`)]
      const result = await push(database, { agentId, resources, run, ...params })
      return result.accepted ? 'accepted' : result.reason
    }
    return { agentId, runOf, tell }
  }

  test('a delayed push of a process that was replaced is refused, and changes nothing', async () => {
    const { agentId, tell } = await makeRuns()
    expect(await tell({ version: 1, initial: true }, 1)).toBe('accepted')
    expect(await tell({ version: 2 }, 1)).toBe('accepted')
    expect(await tell({ version: 1, initial: true }, 2)).toBe('accepted')
    const read = async () => [
      await readRows(database, 'workspace_agent_context_snapshots', 'workspace_agent_id', agentId),
      await readRows(database, 'workspace_agent_context_resources', 'workspace_agent_id', agentId),
    ]
    const before = await read()
    expect(await tell({ version: 3 }, 1)).toBe('superseded_run')
    expect(await tell({ version: 9, initial: true }, 1)).toBe('superseded_run')
    expect(await tell({ version: 1 }, 2)).toBe('version')
    expect(await read()).toStrictEqual(before)
    expect(await tell({ version: 2 }, 2)).toBe('accepted')
  })

  test('a process replaces another only by an initial push', async () => {
    const { runOf, tell } = await makeRuns()
    await tell({ version: 1, initial: true }, 1)
    expect(await tell({ version: 2 }, 2)).toBe('superseded_run')
    expect(await tell({ version: 2 })).toBe('superseded_run')
    const late = { ...runOf(1), startedAt: microsecond(2) }
    expect(await tell({ version: 2, run: late })).toBe('superseded_run')
    expect(await tell({ version: 0, initial: true }, 2)).toBe('accepted')
    expect(await tell({ version: 0, initial: true, run: { ...runOf(2), id: randomUUID() } })).toBe(
      'accepted',
    )
  })

  test('an agent may begin and cease to say its runs', async () => {
    const { agentId, tell } = await makeRuns()
    expect(await tell({ version: 1 })).toBe('accepted')
    expect(await tell({ version: 2 }, 2)).toBe('accepted')
    expect(await tell({ version: 0, initial: true })).toBe('accepted')
    const [row] = await readRows(
      database,
      'workspace_agent_context_snapshots',
      'workspace_agent_id',
      agentId,
    )
    expect(row).toMatchObject({ run_id: null, run_started_at: null })
    expect(await tell({ version: 1 }, 1)).toBe('accepted')
  })

  test('a run that started more than a day from now is refused, and one of a day is not', async () => {
    const { agentId, tell } = await makeRuns()
    const now = '2026-03-01T12:00:00.000000Z'
    const starts = (startedAt: string) => ({ id: randomUUID(), startedAt })
    const late = tell({ version: 1, now, run: starts('2026-03-02T12:00:00.000001Z') })
    expect((await refusal(late, 'invalid_input')).message).toContain('run.startedAt')
    const own = tell({ version: 1, run: starts(new Date(Date.now() + 9e7).toISOString()) })
    await refusal(own, 'invalid_input')
    const rows = await readRows(
      database,
      'workspace_agent_context_snapshots',
      'workspace_agent_id',
      agentId,
    )
    expect(rows).toStrictEqual([])
    expect(await tell({ version: 1, now, run: starts('2026-03-02T12:00:00Z') })).toBe('accepted')
  })
})
