/** How many columns there are to print in; undefined where nobody looks, and all is printed. */
export function screenWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || 80 : undefined
}
