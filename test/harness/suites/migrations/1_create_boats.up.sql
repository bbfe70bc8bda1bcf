CREATE TABLE boats (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  tug integer CONSTRAINT tug_is_there REFERENCES boats DEFERRABLE INITIALLY DEFERRED,
  label text GENERATED ALWAYS AS (upper(name)) STORED,
  bytes bytea,
  seen timestamptz,
  crew jsonb,
  ports text[]
);
CREATE FUNCTION steer(tenant text) RETURNS void LANGUAGE sql
AS $$ SELECT set_config('work_mem', '7MB', false), set_config('app.tenant', tenant, false) $$;
CREATE FUNCTION moor() RETURNS void LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_advisory_lock(7); END $$;
CREATE FUNCTION anchor() RETURNS void LANGUAGE plpgsql
AS $$ BEGIN EXECUTE 'SELECT pg_advisory_lock(9)'; END $$;
