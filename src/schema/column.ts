/**
 * A column: the types that it returns and accepts. It has the structure of Kysely's `ColumnType`,
 * so Kysely accepts our tables, and driftpin does not depend on Kysely.
 */
export interface Column<Select, Insert = Select, Update = Insert> {
  readonly __select__: Select
  readonly __insert__: Insert
  readonly __update__: Update
}
