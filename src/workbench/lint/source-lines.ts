/** A place in a text; both numbers count from 1, and columns count characters. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Turns the offsets of the grammar, which counts bytes of UTF-8, into lines and columns. */
export class SourceLines {
  readonly lines: readonly string[]
  /** The byte that each line begins with. */
  private readonly starts: number[] = []

  constructor(text: string) {
    this.lines = text.split('\n')
    let start = 0
    for (const line of this.lines) {
      this.starts.push(start)
      start += Buffer.byteLength(line) + 1
    }
  }

  placeOf(byte: number): Place {
    let [low, high] = [0, this.starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.starts[middle]! <= byte) low = middle
      else high = middle - 1
    }
    const before = Buffer.from(this.lines[low]!).subarray(0, byte - this.starts[low]!)
    return { line: low + 1, column: [...before.toString()].length + 1 }
  }

  /** The place of a character, counted from 0: errors of the grammar do not count bytes. */
  placeOfCharacter(index: number): Place {
    let left = index
    for (const [number, line] of this.lines.entries()) {
      const length = [...line].length
      if (left <= length) return { line: number + 1, column: left + 1 }
      left -= length + 1
    }
    return { line: this.lines.length, column: [...this.lines.at(-1)!].length + 1 }
  }

  /** The first byte of a line. */
  byteOf(line: number): number {
    return this.starts[line - 1] ?? 0
  }

  textOf(line: number): string {
    return this.lines[line - 1] ?? ''
  }
}
