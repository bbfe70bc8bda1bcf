import { expect, test } from 'vitest'
import { openHarness } from '../../src/harness/index.js'
import { push } from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'

// What random histories and pushes once found, so that nobody has to find it again.

test('a source that begins with a byte order mark is stored, which PGlite answers without it', async () => {
  await using harness = await openHarness()
  await using db = await harness.createDatabase()
  const { agentId } = await makeAgent(db)
  const source = '\ufeff/AGENTS.md'
  await push(db, { agentId, version: 1, resources: [makeFile(source), makeFile('/AGENTS.md')] })
  await push(db, { agentId, version: 2, resources: [makeFile(source, 'changed\n')] })
  const { rows } = await db.query<{ bytes: string; size: bigint }>(
    `SELECT encode(convert_to(source, 'UTF8'), 'hex') AS bytes, size_bytes AS size
     FROM workspace_agent_context_resources`,
  )
  expect(rows).toEqual([{ bytes: Buffer.from(source).toString('hex'), size: 8n }])
})
