import { resourcesOf, unexpectedResources, unexpectedRows } from '../compare-rows.js'
import { type Finding, type Law, pushesOf } from '../law.js'
import { liveTable, snapshotTable } from '../model/rows.js'
import { noRows } from '../row-reader.js'

export const agreement: Law = {
  number: 6,
  name: 'Agreement',
  says: 'Live resources and snapshot are exactly those of the last accepted push.',
  afterStep({ move, after }) {
    if (!move.push) return []
    const { model, rows } = after
    return unexpectedRows('live context', model, rows, [snapshotTable, liveTable])
  },
  inObservation({ rows }, race) {
    const pushes = pushesOf(race)
    return [...(rows.get('workspace_agents') ?? noRows).keys()].flatMap((id): Finding[] => {
      const live = resourcesOf(rows, liveTable, id)
      const snapshot = rows.get(snapshotTable)?.get(id)?.values
      if (!snapshot) return unexpectedResources(`${id} without a snapshot`, new Map(), live)
      const { snapshot_error: error, version, aggregate_hash: hash, ready } = snapshot
      const push = pushes.find((one) => one.push.agentId === id && one.push.error === error)?.push
      if (!push) return [{ what: `the push of the snapshot of ${id}`, actual: `${error}` }]
      const what = `the context of ${id} after push ${error}`
      const expected = `${push.version} ${push.hash} ${push.ready}`
      const actual = `${version} ${hash} ${ready}`
      const head = expected === actual ? [] : [{ what, expected, actual }]
      return [...head, ...unexpectedResources(what, push.resources, live)]
    })
  },
}
