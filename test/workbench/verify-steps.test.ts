import { beforeAll, describe, expect, test } from 'vitest'
import type { VerifiedMigration } from '../../src/workbench/index.js'
import { verifyFolder } from './verify-folder.js'
import { defects, fine, start } from './verify-planted.js'

describe('one version after the other', () => {
  let steps: ReadonlyMap<string, VerifiedMigration>
  beforeAll(async () => {
    // A defect is planted in a version, and all of them in one folder: what is found in one must
    // not hide what is found in the next.
    const planted = [...start, ...defects, ...fine].map(({ name, up, down, fixture }) => ({
      name,
      up,
      ...(down !== undefined && { down }),
      ...(fixture !== undefined && { fixture }),
    }))
    const { migrations } = await verifyFolder(planted)
    steps = new Map(migrations.map((step) => [step.name, step]))
  })

  test.each(start)('$name holds', ({ name }) => {
    expect(steps.get(name)).toMatchObject({ outcome: 'verified', findings: [] })
  })

  test.each(defects)('$name is found', ({ name, check, message, shows }) => {
    const { outcome, findings } = steps.get(name)!
    expect(outcome).toBe('failed')
    expect(findings.map((finding) => finding.check)).toContain(check)
    const finding = findings.find((one) => one.check === check)!
    expect(finding.message).toContain(message)
    if (shows === '') expect(finding.difference).toEqual([])
    else expect(finding.difference.join('\n')).toContain(shows)
  })

  test.each(fine)('$name holds, with what a person should know', ({ name, note }) => {
    const notes = note === undefined ? [] : [note]
    expect(steps.get(name)).toMatchObject({ outcome: 'verified', findings: [], notes })
  })

  test('a version that holds says how many rows were there', () => {
    expect(steps.get('create_boats')!.rows).toBe(4)
    expect(steps.get('add_flags')!.rows).toBe(5)
  })
})
