import type { ChatStatus } from '../../schema/index.js'

/** A file that an agent found: its path below the agent's directory, and its text. */
export type SeedFile = readonly [path: string, text: string]

/** A workspace with one build and one agent. */
export interface SeedAgent {
  readonly owner: keyof typeof seedOwners
  readonly workspace: string
  readonly directory: string
  /** Its pushes, oldest first. */
  readonly pushes: readonly { readonly hoursAgo: number; readonly files: readonly SeedFile[] }[]
  /** Whether it was deleted since, together with its build. */
  readonly gone?: boolean
}

/** The ids of three people. The host application knows more about them. */
export const seedOwners = {
  ada: 'ada00000-0000-4000-8000-000000000001',
  bea: 'bea00000-0000-4000-8000-000000000002',
  dee: 'dee00000-0000-4000-8000-000000000003',
} as const

const skill = (name: string, description: string, text: string): SeedFile => [
  `skills/${name}/SKILL.md`,
  `---\nname: ${name}\ndescription: ${description}\n---\n${text}\n`,
]

const shopFiles: readonly SeedFile[] = [
  [
    'AGENTS.md',
    '# Shop\n\nPrices are integers of cents. Run `npm test` before you commit, and never edit a\n' +
      'migration that is merged.\n',
  ],
  ['CLAUDE.md', 'Read AGENTS.md. Answer in the language of the question.\n'],
  ['.mcp.json', '{"mcpServers": {"tickets": {"command": "tickets-mcp"}}}\n'],
  skill('release-notes', 'Writes what is new for customers.', 'One line a change, no commit ids.'),
]

const tideFiles: readonly SeedFile[] = [
  ['AGENTS.md', '# Tide tables\n\nTimes are UTC, heights are metres above chart datum.\n'],
  skill('add-station', 'Adds a station and its constants.', 'Ask for the datum first.'),
]

/**
 * The agents of the seed. One of them has not pushed yet. The position of an agent, counted from 1,
 * is its number, which its ids end in.
 */
export const seedAgents: readonly SeedAgent[] = [
  {
    owner: 'ada',
    workspace: 'shop',
    directory: '/home/ada/shop',
    pushes: [
      { hoursAgo: 1300, files: shopFiles },
      {
        hoursAgo: 20,
        files: [
          ['AGENTS.md', `${shopFiles[0]![1]}Gift cards are paid out in one currency only.\n`],
          ...shopFiles.slice(1, 3),
          skill('deploy', 'Brings main to production.', 'Never on a Friday.'),
        ],
      },
    ],
  },
  {
    owner: 'bea',
    workspace: 'tides',
    directory: '/home/bea/tides',
    pushes: [{ hoursAgo: 200, files: tideFiles }],
  },
  {
    owner: 'bea',
    workspace: 'tides-2019',
    directory: '/home/bea/tides-2019',
    pushes: [{ hoursAgo: 600, files: tideFiles.slice(0, 1) }],
    gone: true,
  },
  { owner: 'dee', workspace: 'handbook', directory: '/home/dee/handbook', pushes: [] },
]

/** A chat and its messages. */
export interface SeedChat {
  readonly owner: keyof typeof seedOwners
  /** The number of its agent, if it has one. */
  readonly agent?: number
  readonly title?: string
  readonly status: ChatStatus
  readonly hoursAgo: number
  /** The messages of the user and the assistant in turn, starting with the user. */
  readonly says: readonly string[]
  /** How long ago it was archived, if it was. */
  readonly archivedHoursAgo?: number
}

/**
 * A chat in every status: clean, dirty, archived, without an agent, without pins. As for agents,
 * the id of a chat ends in its position.
 */
export const seedChats: readonly SeedChat[] = [
  {
    owner: 'ada',
    agent: 1,
    title: 'Add a Dutch translation',
    status: 'waiting',
    hoursAgo: 1200,
    says: ['Translate the emails to Dutch.', 'Done: 14 templates, and a test that none is missed.'],
    archivedHoursAgo: 1100,
  },
  {
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
    owner: 'ada',
    agent: 1,
    title: 'Why is the build slow?',
    status: 'error',
    hoursAgo: 30,
    says: ['The build takes nine minutes since Tuesday.', 'I am measuring each step.'],
  },
  {
    owner: 'ada',
    agent: 1,
    title: 'Checkout fails for gift cards',
    status: 'running',
    hoursAgo: 1,
    says: ['Paying with two gift cards ends in an error 500.'],
  },
  {
    owner: 'bea',
    agent: 2,
    title: "Predict Saturday's high water",
    status: 'requires_action',
    hoursAgo: 5,
    says: ['When is high water in Vlissingen on Saturday?', 'May I fetch the newest constants?'],
  },
  {
    owner: 'bea',
    agent: 2,
    title: 'Rename the stations',
    status: 'interrupting',
    hoursAgo: 2,
    says: ['Give every station its official name.', 'Renaming 40 stations.', 'Stop, not those.'],
  },
  {
    owner: 'bea',
    agent: 3,
    title: 'Import the readings of 2019',
    status: 'waiting',
    hoursAgo: 500,
    says: ['Import the CSV files of 2019.', 'All 8,760 rows are in.'],
  },
  {
    owner: 'dee',
    agent: 4,
    title: 'Write the handbook',
    status: 'waiting',
    hoursAgo: 0.5,
    says: ['Begin with a table of contents.'],
  },
  { owner: 'dee', status: 'waiting', hoursAgo: 0.1, says: [] },
]
