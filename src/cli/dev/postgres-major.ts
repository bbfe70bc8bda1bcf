/** Of the PGlite that driftpin comes with: it opens no folder of another one. */
export const postgresMajor = 18
