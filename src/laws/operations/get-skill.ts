import { pick, place } from '../choices.js'
import { shownOf } from '../model/bodies.js'
import { type Chat, findChat } from '../model/model.js'
import { inByteOrder, textOf } from '../model/text.js'
import { defineChatOperation } from '../operation.js'

/** The name of a pinned skill, or one that no skill of the chat has. */
interface SkillName {
  readonly skillName: string
  readonly isPinned?: boolean
}

/** The names of the skills of a chat, whatever their status. */
const namesIn = (chat: Chat | undefined) =>
  [...(chat?.pins.values() ?? [])]
    .filter(({ kind }) => kind === 'skill')
    .flatMap((pin) => shownOf(pin).skill?.name ?? [])

const hasSkills = (_: unknown, chat: Chat) => namesIn(chat).length > 0

/** The SKILL.md of a skill, by its name. */
export const getSkill = defineChatOperation<SkillName, { readonly which: number }>({
  name: 'get a skill',
  prefers: [hasSkills],
  choices: { which: place },
  argsOf(model, chat, { which }) {
    const own = namesIn(chat)
    const all = [...own, ...own, ...[...model.chats.values()].flatMap(namesIn)]
    const skillName = pick(all, which) ?? 'tides'
    return { skillName, isPinned: own.includes(skillName) }
  },
  simple: (chat) => ({ skillName: namesIn(chat)[0] ?? 'tides' }),
  says: (chat, { skillName }) => `get the skill ${JSON.stringify(skillName)} of ${chat}`,
  flags: (_, { isPinned }) => ({ variant: isPinned ? 'one' : 'none' }),
  execute: ({ queryable, operations }, key, { skillName: name }) =>
    operations.getSkill(queryable, { ...key, name }),
  /** Of the skills of this name with status ok, the first by source. */
  predict(model, key, _, { skillName }) {
    const { pins } = findChat(model, key)
    const source = inByteOrder([...pins.keys()]).find((one) => {
      const pin = pins.get(one)!
      return pin.status === 'ok' && shownOf(pin).skill?.name === skillName
    })
    if (source === undefined) return null
    const pin = pins.get(source)!
    return { source, ...shownOf(pin).skill, text: textOf(pin) }
  },
})
