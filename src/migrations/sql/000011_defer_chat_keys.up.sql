-- PostgreSQL fires the triggers of foreign keys in the order in which the keys were made, and a
-- dump restores them in another order than these migrations. A deletion of a workspace sets three
-- keys of its chats to NULL, one after the other, and the second UPDATE of a row in a transaction
-- checks all of them: if that check came at once, it could find an agent that was deleted already.
-- At COMMIT it sees the row as the deletion left it, in whatever order that was done.
--
-- This reads no row: it locks chats for a moment only.
ALTER TABLE chats
    ALTER CONSTRAINT chats_workspace_id_fkey DEFERRABLE INITIALLY DEFERRED,
    ALTER CONSTRAINT chats_build_id_fkey DEFERRABLE INITIALLY DEFERRED,
    ALTER CONSTRAINT chats_agent_id_fkey DEFERRABLE INITIALLY DEFERRED;
