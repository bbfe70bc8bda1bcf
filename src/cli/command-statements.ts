import type { StatementDeclaration } from '../context/index.js'

/** What commands read that no operation does, kept so that a test can hold it to the schema. */
export const commandStatements: StatementDeclaration[] = []
