import { coverageOf } from './coverage.js'
import { allDifferingRows } from './differing-rows.js'
import { trace } from './engines/traced.js'
import type { Chosen } from './history.js'
import { LawBroken } from './law-broken.js'
import { copyModel } from './model/model.js'
import { atomicity } from './rules/atomicity.js'
import { specification } from './rules/specification.js'
import { runStep } from './run-step.js'
import { unheardEvents } from './unheard-events.js'
import { type Site, viewOf, type World } from './world.js'

/** Thrown half way, so that everything is rolled back. */
class HalfWay extends Error {}

/**
 * Does some commands in one transaction of the caller, within which every law holds too, and then
 * commits it, or fails half way, after which nothing may have happened.
 */
export async function runTransaction(
  world: World,
  site: Site,
  parts: readonly Chosen[],
  commits: boolean,
): Promise<void> {
  const { database, reader } = site
  const before = site.rows
  const namesBefore = new Map(world.names)
  world.said.push('begin a transaction')
  const inner = { model: copyModel(site.model), rows: before }
  const unheard: string[] = []
  const work = database.transaction(async (transaction) => {
    const within: Site = { ...site, queryable: transaction, unheard, ...inner }
    for (const { command, choice } of parts) {
      coverageOf(world.coverage, command.name).chosen += 1
      if (!command.aim(viewOf(world, within, { peek: true }), choice)) continue
      await runStep(world, within, command, choice)
    }
    Object.assign(inner, { model: within.model, rows: within.rows })
    if (!commits) throw new HalfWay()
  })
  await work.catch((error: unknown) => {
    if (!(error instanceof HalfWay)) throw error
  })
  world.said.push(commits ? 'commit' : 'fail half way, which rolls back')
  const rows = await reader.read(database)
  const actual = await site.ear.take()
  trace(world, site, { rows, heard: actual })
  const expected = commits ? inner.rows : before
  const findings = allDifferingRows(
    commits ? 'after the commit' : 'after the rollback',
    expected,
    rows,
  )
  if (findings.length > 0) throw new LawBroken(atomicity, findings)
  // PostgreSQL sends what was said twice in one transaction once.
  const told = commits ? [...new Set(unheard)] : []
  const misheard = unheardEvents({ expected: told, actual })
  if (misheard.length > 0) throw new LawBroken(commits ? specification : atomicity, misheard)
  site.rows = rows
  if (commits) site.model = inner.model
  else for (const id of world.names.keys()) if (!namesBefore.has(id)) world.names.delete(id)
  const counted = coverageOf(world.coverage, 'transaction')
  counted.chosen += 1
  counted.done += 1
  const variant = commits ? 'commit' : 'rollback'
  counted.variants.set(variant, (counted.variants.get(variant) ?? 0) + 1)
}
