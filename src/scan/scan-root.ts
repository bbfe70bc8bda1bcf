/** The directory being scanned, as the machine knows it and as the sources present it. */
export interface ScanRoot {
  /** Without a trailing slash, so the file system's own root is empty. */
  readonly name: string
  /** Absolute and free of links; bytes, because a path need not be text. */
  readonly real: Buffer
}
