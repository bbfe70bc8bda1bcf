/**
 * A column, with what it gives and what it takes. Structurally Kysely's `ColumnType`, so that
 * our tables can be Kysely's without a dependency on it.
 */
export interface Column<Select, Insert = Select, Update = Insert> {
  readonly __select__: Select
  readonly __insert__: Insert
  readonly __update__: Update
}
