import { decoderOf } from '../database/index.js'
import type { JsonValue } from '../schema/index.js'
import type { Answer } from './answer.js'

const timestamptz = 1184
const withOffset = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)(:\d\d)?$/

/** The rows of an answer as objects. A name that comes twice is told apart by a number. */
export function answerRows({ columns, rows }: Answer): Record<string, unknown>[] {
  const names: string[] = []
  for (const { name } of columns) {
    let free = name
    for (let count = 2; names.includes(free); count += 1) free = `${name}_${count}`
    names.push(free)
  }
  return rows.map((row) =>
    Object.fromEntries(
      row.map((value, index) => [names[index]!, jsonOf(value, columns[index]!.typeId)]),
    ),
  )
}

function jsonOf(value: string | null, typeId: number): JsonValue | unknown {
  if (value === null) return null
  // A Date would lose the microseconds, and has no infinity.
  if (typeId === timestamptz) {
    const parts = withOffset.exec(value)
    return parts ? `${parts[1]}T${parts[2]}${parts[3] ?? ':00'}` : value
  }
  const decoded = decoderOf(typeId)(value)
  // JSON has no NaN and no infinity; they would become null.
  return typeof decoded === 'number' && !Number.isFinite(decoded) ? value : decoded
}
