import type { ManifestColumn } from '../schema/index.js'

/** Whether a column has the next number of a sequence where it is given none. */
export const isGenerated = ({ identity, default: made }: ManifestColumn): boolean =>
  identity !== null || (made?.startsWith('nextval(') ?? false)
