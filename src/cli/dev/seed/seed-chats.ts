import type { ChatStatus } from '../../../schema/index.js'
import type { seedOwners } from './seed-agents.js'

/** A chat, and what was said in it. */
export interface SeedChat {
  /** Also the last digits of its id. */
  readonly number: number
  readonly owner: keyof typeof seedOwners
  /** The number of its agent, if it has one. */
  readonly agent?: number
  readonly title?: string
  readonly status: ChatStatus
  readonly hoursAgo: number
  /** Turns of the user and the assistant, the user's first. */
  readonly says: readonly string[]
  /** How long ago it was put away, if it was. */
  readonly archivedHoursAgo?: number
}

/** A chat in every status: pinned and clean, drifted, archived, without an agent, without pins. */
export const seedChats: readonly SeedChat[] = [
  {
    number: 1,
    owner: 'ada',
    agent: 1,
    title: 'Add a Dutch translation',
    status: 'waiting',
    hoursAgo: 1200,
    says: ['Translate the emails to Dutch.', 'Done: 14 templates, and a test that none is missed.'],
    archivedHoursAgo: 1100,
  },
  {
    number: 2,
    owner: 'ada',
    agent: 1,
    title: 'Move prices to integers',
    status: 'waiting',
    hoursAgo: 70,
    says: [
      'Which columns still hold prices as text?',
      'Two: orders.total and refunds.amount. Shall I write the migration?',
      'Yes, and keep the old columns for a week.',
    ],
  },
  {
    number: 3,
    owner: 'ada',
    agent: 1,
    title: 'Why is the build slow?',
    status: 'error',
    hoursAgo: 30,
    says: ['The build takes nine minutes since Tuesday.', 'I am measuring each step.'],
  },
  {
    number: 4,
    owner: 'ada',
    agent: 1,
    title: 'Checkout fails for gift cards',
    status: 'running',
    hoursAgo: 1,
    says: ['Paying with two gift cards ends in an error 500.'],
  },
  {
    number: 5,
    owner: 'bea',
    agent: 2,
    title: "Predict Saturday's high water",
    status: 'requires_action',
    hoursAgo: 5,
    says: ['When is high water in Vlissingen on Saturday?', 'May I fetch the newest constants?'],
  },
  {
    number: 6,
    owner: 'bea',
    agent: 2,
    title: 'Rename the stations',
    status: 'interrupting',
    hoursAgo: 2,
    says: ['Give every station its official name.', 'Renaming 40 stations.', 'Stop, not those.'],
  },
  {
    number: 7,
    owner: 'bea',
    agent: 3,
    title: 'Import the readings of 2019',
    status: 'waiting',
    hoursAgo: 500,
    says: ['Import the CSV files of 2019.', 'All 8,760 rows are in.'],
  },
  {
    number: 8,
    owner: 'dee',
    agent: 4,
    title: 'Write the handbook',
    status: 'waiting',
    hoursAgo: 0.5,
    says: ['Begin with a table of contents.'],
  },
  { number: 9, owner: 'dee', status: 'waiting', hoursAgo: 0.1, says: [] },
]
