/**
 * JSON that a person can read and a diff can show: what holds no list of objects is one line.
 */
export function formatManifest(value: unknown, indent = ''): string {
  if (isFlat(value)) return oneLine(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${formatManifest(item, inner)}`)
    return `[\n${items.join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value as object).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${formatManifest(member, inner)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null

function isFlat(value: unknown): boolean {
  if (isScalar(value)) return true
  if (Array.isArray(value)) return value.every(isScalar)
  return Object.values(value as object).every(
    (member) => isScalar(member) || (Array.isArray(member) && member.every(isScalar)),
  )
}

function oneLine(value: unknown): string {
  if (isScalar(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  const members = Object.entries(value as object).map(
    ([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`,
  )
  return `{ ${members.join(', ')} }`
}
