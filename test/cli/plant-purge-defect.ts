import { PGlite } from '@electric-sql/pglite'

// Loaded before the demo: just before the purge it plants a trigger that touches another chat.

const query = PGlite.prototype.query
PGlite.prototype.query = async function plantAndQuery<T>(this: PGlite, ...args: unknown[]) {
  if (String(args[0]).includes('driftpin: expiry cutoff')) {
    await this.exec(`
      CREATE FUNCTION touch_others() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE chats SET title = title || '!' WHERE id <> OLD.id; RETURN NULL; END $$;
      CREATE TRIGGER touch_others AFTER DELETE ON chats
        FOR EACH ROW EXECUTE FUNCTION touch_others()`)
  }
  return query.apply(this, args as Parameters<typeof query>) as ReturnType<typeof query<T>>
}
