import type { Rule } from '../rule.js'

export const upWithoutDown: Rule = {
  id: 'up-without-down',
  why: 'A release that has to be taken back at night cannot be.',
  instead: 'Write the down file, or say that the folder only goes forward (--forward-only).',
  needsCatalog: false,
  applies: ({ forwardOnly }) => !forwardOnly,
  *check({ migrations }) {
    for (const { up, down } of migrations) {
      if (down) continue
      const message = `${up.file} has no down file beside it.`
      yield { script: up, at: up.statements[0]?.start ?? 0, message }
    }
  },
}
