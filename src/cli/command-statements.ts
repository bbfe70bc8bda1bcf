import type { StatementDeclaration } from '../context/statement.js'

/** What commands read that no operation does, kept so that a test can hold it to the schema. */
export const commandStatements: StatementDeclaration[] = []
