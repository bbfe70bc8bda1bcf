import type { ListedChat } from '../context/index.js'

/** The state of a chat's pinned context in one word. */
export function chatState({ hydrated, dirty, archived }: ListedChat): string {
  if (archived) return 'archived'
  if (!hydrated) return 'no pins'
  return dirty ? 'dirty' : 'ok'
}
