import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

/** A prompt that is as it has to be but for its text. */
const rewritten = (name: string, rewrite: (text: string) => string): Mutant => ({
  name,
  laws: [0],
  plant: () => ({
    operations: {
      async prompt(queryable, key) {
        const written = await ownOperations.prompt(queryable, key)
        return { ...written, text: rewrite(written.text) }
      },
    },
  }),
})

/** Prompts that say something else than the pins, or that a content can break out of. */
export const promptMutants: readonly Mutant[] = [
  rewritten('a chat that is not hydrated has the prompt of one without context', (text) =>
    text.replace('not published yet', 'none found'),
  ),
  rewritten('a prompt does not say how to use skills', (text) => text.replace(/^When a.*\n/m, '')),
  rewritten('a content ends the block', (text) =>
    text.replaceAll('&lt;/agent-context', '</agent-context'),
  ),
  rewritten('a content has a tag of the block in another spelling', (text) =>
    text.replaceAll('&lt;/skill>', '\uff1c/skill>'),
  ),
  rewritten('a prompt joins letters that were not joined', (text) =>
    text.replaceAll('a\u200cb', 'ab'),
  ),
  statementMutant('a prompt repeats equal contents', [0], {
    'read pins for prompt': [
      ['pin.content_hash AS hash', "convert_to(pin.source, 'UTF8') AS hash"],
    ],
  }),
  statementMutant('a prompt takes equal contents of unequal hashes for one', [0], {
    'read pins for prompt': [['pin.content_hash AS hash', "''::bytea AS hash"]],
  }),
  statementMutant('a prompt leaves out skills that are too large to copy', [0], {
    'read pins for prompt': [
      [
        'pin.status,\n',
        "CASE WHEN pin.body_kind <> 'skill' OR pin.status <> 'oversize' THEN pin.status\n" +
          "                ELSE 'unreadable' END AS status,\n",
      ],
    ],
  }),
]
