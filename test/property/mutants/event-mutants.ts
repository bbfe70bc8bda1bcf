import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { push, unarchive } = ownOperations

/** Notifications: who hears of what, and when. */
export const eventMutants: readonly Mutant[] = [
  statementMutant('only the first of several chats is told of', [0], {
    notify: [
      [
        'FROM pg_catalog.unnest($2::pg_catalog.text[]) AS payload',
        'FROM pg_catalog.unnest(($2::pg_catalog.text[])[1:1]) AS payload',
      ],
    ],
  }),
  statementMutant('notifications name another owner', [0], {
    notify: [['payload))', "overlay(payload placing '0' from length(payload) - 2 for 1)))"]],
  }),
  {
    name: 'nobody hears of chats that a push changes',
    laws: [0],
    plant: () => ({
      operations: {
        push: (queryable, { notify, ...params }) => push(queryable, params),
      },
    }),
  },
  {
    name: 'listeners hear of what nobody was to be told of',
    laws: [0],
    plant: () => ({
      operations: {
        unarchive: (queryable, params) => unarchive(queryable, { ...params, notify: true }),
      },
    }),
  },
]
