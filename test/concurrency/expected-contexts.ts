import { aggregateHash, kindHashes, type ResourceInput } from '../../src/index.js'
import { contextResources, contextsCount } from '../../src/laws/choices.js'

/** One of the contexts that agents push, as it reads in each of the ways there are to read it. */
export interface ExpectedContext {
  /** As an observation has the rows. */
  readonly rows: string
  /** The hashes of its kinds, of which there is at most one, as an observation has them. */
  readonly hashes: string
  readonly aggregateHash: string
  readonly prompt: string
}

/** The rows of a context, as an observation has them. */
const rowsText = (resources: readonly ResourceInput[]) =>
  resources
    .toSorted((a, b) => (a.source < b.source ? -1 : 1))
    .map(({ source, sizeBytes, body }) => `${source} ${sizeBytes} ${body.content}`)
    .join(', ')

const title = 'Workspace context pinned to this chat: '

/** Every context that is ever pushed, by its number. */
export const expectedContexts: readonly ExpectedContext[] = await Promise.all(
  Array.from({ length: contextsCount }, async (_, context) => {
    const resources = contextResources(context)
    const hashes = await kindHashes(resources)
    const sourcesOf = new Map<string, string[]>()
    for (const { source, body } of resources.toSorted((a, b) => (a.source < b.source ? -1 : 1))) {
      const text = Buffer.from(String(body.content), 'base64').toString()
      sourcesOf.set(text, [...(sourcesOf.get(text) ?? []), source])
    }
    const files = [...sourcesOf].map(([text, [first, ...others]]) => {
      const more = others.map((source, at) => ` source-${at + 2}="${source}"`).join('')
      return `<instruction-file source="${first}"${more}>\n${text}\n</instruction-file>\n`
    })
    return {
      rows: rowsText(resources),
      hashes: JSON.stringify(hashes).replace('":"', '": "'),
      aggregateHash: await aggregateHash(hashes),
      prompt:
        files.length > 0
          ? `${title}instruction files.\n<agent-context>\n${files.join('')}</agent-context>\n`
          : `${title}none found.\n`,
    }
  }),
)

/** The snapshot error by which every row tells whose it is: the push and its context. */
export const pushName = (step: number, context: number) => `push ${step} of context ${context}`

/** The push and the context of such an error, or undefined for any other. */
export function readPushName(error: string) {
  const [, step, context] = /^push (\d+) of context (\d+)$/.exec(error) ?? []
  if (step === undefined || context === undefined) return undefined
  return { step: Number(step), context: Number(context) }
}
