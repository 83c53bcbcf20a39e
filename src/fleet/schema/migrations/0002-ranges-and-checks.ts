/** Rows of analyses, dumps that are indexed in ranges, integrity checks in full. */
export const rangesAndChecks = `
CREATE TABLE dumpbench.analysis_row (
  dump_key text NOT NULL REFERENCES dumpbench.dump ON DELETE CASCADE,
  analysis text NOT NULL,
  number integer NOT NULL,
  cells jsonb NOT NULL,
  PRIMARY KEY (dump_key, analysis, number)
);
CREATE INDEX analysis_row_analysis ON dumpbench.analysis_row (analysis);
CREATE INDEX analysis_row_cells ON dumpbench.analysis_row USING gin (cells jsonb_path_ops);

CREATE TABLE dumpbench.indexing (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place bigint NOT NULL REFERENCES dumpbench.place ON DELETE CASCADE,
  identity text NOT NULL,
  dump_key text NOT NULL,
  algorithm text NOT NULL,
  range_size bigint NOT NULL,
  pieces_from bigint NOT NULL,
  folder_bytes bytea NOT NULL,
  folder text NOT NULL,
  state text NOT NULL DEFAULT 'ranges' CHECK (state IN ('ranges', 'merge', 'done', 'failed')),
  problem text,
  crashes integer NOT NULL DEFAULT 0,
  file text,
  memory_root text,
  counts jsonb,
  added timestamptz NOT NULL DEFAULT now(),
  finished timestamptz,
  UNIQUE (identity, dump_key, algorithm, folder_bytes)
);
CREATE INDEX indexing_place ON dumpbench.indexing (place);

CREATE TABLE dumpbench.range (
  indexing bigint NOT NULL REFERENCES dumpbench.indexing ON DELETE CASCADE,
  number bigint NOT NULL,
  identity text NOT NULL,
  algorithm text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'indexed', 'unreadable', 'failed')),
  problem text,
  crashes integer NOT NULL DEFAULT 0,
  file text,
  sha256 text,
  counts jsonb,
  finished timestamptz,
  PRIMARY KEY (indexing, number)
);
CREATE INDEX range_queued ON dumpbench.range (indexing) WHERE state = 'queued';
CREATE INDEX range_bad ON dumpbench.range (indexing) WHERE state IN ('unreadable', 'failed');

CREATE TABLE dumpbench.verification (
  place bigint PRIMARY KEY REFERENCES dumpbench.place ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'failed')),
  problem text,
  crashes integer NOT NULL DEFAULT 0,
  dump_key text,
  stamp text,
  health jsonb,
  file_sha256 text,
  memory_root text,
  tool text,
  asked timestamptz NOT NULL DEFAULT now(),
  finished timestamptz
);

CREATE TABLE dumpbench.check_result (
  place bigint NOT NULL REFERENCES dumpbench.verification ON DELETE CASCADE,
  check_id text NOT NULL,
  title text NOT NULL,
  verdict text NOT NULL,
  failure text,
  detail text,
  PRIMARY KEY (place, check_id)
);
CREATE INDEX check_result_verdict ON dumpbench.check_result (check_id, verdict);
`;
