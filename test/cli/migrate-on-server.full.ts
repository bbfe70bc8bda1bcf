import { describe, expect, inject, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { useMigrate } from './use-migrate.js'

const { url } = inject('servers').at(-1)!

describe('migrate on a server', () => {
  test('up, status, plan, down and to work', async () => {
    const migrate = (...args: string[]) =>
      driftpin(['migrate', ...args, '--database', url, '--schema', 'cli all'])
    await useMigrate(migrate)
  })

  test('two deploys at once apply each migration once', async () => {
    const args = ['migrate', 'up', '--database', url, '--schema', 'cli twice']
    const [first, second] = await Promise.all([driftpin(args), driftpin(args)])
    const said = `${first.stdout}${second.stdout}`
    expect(said.match(/000001_create_workspaces\.up\.sql/g)).toHaveLength(1)
    expect(said).toContain('Nothing to do.')
    expect([first.code, second.code]).toEqual([0, 0])
  })
})
