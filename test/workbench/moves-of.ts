import { planRenumber } from '../../src/workbench/renumber/plan-renumber.js'

/** What a renumbering of a folder would move, as lines. */
export async function movesOf(directory: string, base?: string): Promise<string[]> {
  const plan = await planRenumber({ directory, ...(base && { base }) })
  return plan.moves.map(({ from, to }) => `${from} -> ${to}`)
}
