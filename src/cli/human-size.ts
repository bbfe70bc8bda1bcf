/** A number of bytes as a person says it: `312 B`, `4.2 KiB`, `1.0 MiB`. */
export function humanSize(bytes: number | bigint): string {
  let size = Number(bytes)
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (size < 1024) return `${unit === 'B' ? size : size.toFixed(1)} ${unit}`
    size /= 1024
  }
  return `${size.toFixed(1)} TiB`
}

/** A duration as a person says it: `0.4 ms`, `85 ms`, `3.2 s`. */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`
  return `${(milliseconds / 1000).toFixed(1)} s`
}
