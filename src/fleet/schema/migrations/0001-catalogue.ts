/** Places that dumps were found at, dumps, issues, findings. */
export const catalogue = `
CREATE TABLE dumpbench.setting (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);
INSERT INTO dumpbench.setting VALUES ('texts', 'true'), ('storageJobs', '16');

CREATE TABLE dumpbench.issue (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('stack', 'exact')),
  signature text NOT NULL,
  class text NOT NULL,
  title text NOT NULL,
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'open', 'fixed', 'ignored')),
  note text,
  links text[] NOT NULL DEFAULT '{}',
  made timestamptz NOT NULL DEFAULT now(),
  changed timestamptz NOT NULL DEFAULT now(),
  UNIQUE (kind, signature)
);

CREATE TABLE dumpbench.dump (
  dump_key text PRIMARY KEY CHECK (dump_key ~ '^[0-9a-f]{64}$'),
  identity text NOT NULL,
  format text NOT NULL,
  bytes bigint NOT NULL,
  complete boolean,
  arch text NOT NULL,
  machine text,
  host text,
  release text,
  command_line text,
  crashed timestamptz,
  dumped timestamptz,
  class text NOT NULL,
  contributing text[] NOT NULL,
  title text NOT NULL,
  frames text[] NOT NULL,
  signature_exact text,
  signature_stack text,
  issue bigint REFERENCES dumpbench.issue,
  health jsonb NOT NULL,
  verdict jsonb NOT NULL,
  tool text NOT NULL,
  added timestamptz NOT NULL DEFAULT now(),
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dump_issue ON dumpbench.dump (issue);
CREATE INDEX dump_identity ON dumpbench.dump (identity);
CREATE INDEX dump_release ON dumpbench.dump (release);
CREATE INDEX dump_host ON dumpbench.dump (host);

CREATE TABLE dumpbench.place (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  storage text NOT NULL,
  path_bytes bytea NOT NULL,
  path text NOT NULL,
  part_bytes bytea[] NOT NULL DEFAULT '{}',
  stamp text NOT NULL,
  title text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'refused', 'failed', 'expanded')),
  problem text,
  crashes integer NOT NULL DEFAULT 0,
  dump_key text REFERENCES dumpbench.dump,
  added timestamptz NOT NULL DEFAULT now(),
  finished timestamptz,
  UNIQUE (storage, path_bytes)
);
CREATE INDEX place_dump ON dumpbench.place (dump_key);
CREATE INDEX place_state ON dumpbench.place (state);

CREATE TABLE dumpbench.finding (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dump_key text REFERENCES dumpbench.dump ON DELETE CASCADE,
  place bigint REFERENCES dumpbench.place ON DELETE CASCADE,
  finding text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  title text NOT NULL,
  detail text,
  CHECK ((dump_key IS NULL) <> (place IS NULL))
);
CREATE INDEX finding_dump ON dumpbench.finding (dump_key);
CREATE INDEX finding_place ON dumpbench.finding (place);
CREATE INDEX finding_name ON dumpbench.finding (finding);
`;
