CREATE TABLE predictions (
  station text NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('high', 'low')),
  metres numeric(6, 3) NOT NULL,
  constituents_version integer NOT NULL,
  PRIMARY KEY (station, at)
);
