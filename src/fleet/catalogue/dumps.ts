/** Enters what triage says about a dump: once for each dump key, however many copies there are. */
import * as v from 'valibot';
import type { AnalysisJson } from '../../shared/analysis-table.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import { indexedText, jsonbParameter } from '../database/storable.ts';
import type { Sql } from '../database/database.ts';
import { enterAnalyses } from './analysis-rows.ts';
import { issueOf, signatureOf } from './issues.ts';

export interface TriagedDump {
  readonly dumpKey: string;
  readonly identity: string;
  readonly triage: TriageDump;
  readonly analyses: readonly AnalysisJson[];
}

/** Titles, names of machines, and releases are short unless somebody made them up. */
const mostText = 1000;
const indexed = (value: string | undefined): string | null => (value === undefined ? null : indexedText(value));

const text = (value: string | undefined): string | null => (value === undefined ? null : value.slice(0, mostText));

/** A time that PostgreSQL takes; a dump may say any, as 30 February, and PostgreSQL knows no year 0. */
function time(value: string | undefined): string | null {
  if (value === undefined || !/^(?!0000)\d{4}-/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== value.slice(0, 19) ? null : value;
}

interface FindingRow {
  readonly finding: string;
  readonly severity: string;
  readonly title: string;
  readonly detail: string | null;
}

/** Findings of the container, and checks that failed; details may quote the dump. */
function findingsOf({ info, checks }: TriageDump, texts: boolean): readonly FindingRow[] {
  const detailOf = (detail: string): string | null => (texts ? detail : null);
  const found = info.findings.map(({ id, severity, title, detail }) => ({ finding: id, severity, title, detail: detailOf(detail) }));
  const failed = checks
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ id, failure, title, detail }) => ({ finding: id, severity: 'error', title: failure ?? title, detail: detailOf(detail) }));
  return [...found, ...failed];
}

/** Evidence quotes the kernel's log. */
const withoutTexts = ({ evidence: _, excluded: __, knownIssues: ___, ...verdict }: TriageDump['verdict']) => verdict;

const outcomeRow = v.object({ fresh: v.boolean() });

/**
 * @param texts whether lines of logs and command lines may be kept
 * @returns "new" for the first copy, "updated" when another version of the program had entered it, "known" when nothing changed
 */
export async function enterDump(sql: Sql, { dumpKey, identity, triage, analyses }: TriagedDump, texts: boolean): Promise<'new' | 'updated' | 'known'> {
  const { info, verdict, health } = triage;
  const { container, kernel, machine, times } = info;
  const signature = signatureOf(verdict);
  const issue = signature === undefined ? undefined : await issueOf(sql, signature, verdict);
  const [row] = await sql.rows(
    outcomeRow,
    `INSERT INTO dumpbench.dump AS known (dump_key, identity, format, bytes, complete, arch, machine, host, release, command_line, crashed, dumped,
       class, contributing, title, frames, signature_exact, signature_stack, issue, health, verdict, tool)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
     ON CONFLICT (dump_key) DO UPDATE SET
       (identity, format, bytes, complete, arch, machine, host, release, command_line, crashed, dumped,
        class, contributing, title, frames, signature_exact, signature_stack, issue, health, verdict, tool, changed) =
       (excluded.identity, excluded.format, excluded.bytes, excluded.complete, excluded.arch, excluded.machine, excluded.host, excluded.release,
        excluded.command_line, excluded.crashed, excluded.dumped, excluded.class, excluded.contributing, excluded.title, excluded.frames,
        excluded.signature_exact, excluded.signature_stack, excluded.issue, excluded.health, excluded.verdict, excluded.tool, now())
       WHERE known.tool <> excluded.tool
     RETURNING xmax = 0 AS fresh`,
    [
      dumpKey,
      identity,
      container.format,
      info.file.bytes,
      container.complete ?? null,
      machine.arch,
      text(machine.machineType),
      indexed(kernel.nodename),
      indexed(kernel.release),
      texts ? (kernel.commandLine ?? null) : null,
      time(times.crash),
      time(times.dumpStart ?? times.dumpEnd),
      verdict.class,
      verdict.contributing,
      text(verdict.title),
      verdict.frames.map((frame) => text(frame)),
      indexed(verdict.signature.exact),
      indexed(verdict.signature.stack),
      issue ?? null,
      jsonbParameter(health),
      jsonbParameter(texts ? verdict : withoutTexts(verdict)),
      info.tool.version,
    ],
  );
  if (row === undefined) return 'known';
  await sql.run('DELETE FROM dumpbench.finding WHERE dump_key = $1', [dumpKey]);
  await sql.run(
    `INSERT INTO dumpbench.finding (dump_key, finding, severity, title, detail)
     SELECT $1, finding, severity, title, detail
     FROM jsonb_to_recordset($2::jsonb) AS given (finding text, severity text, title text, detail text)`,
    [dumpKey, jsonbParameter(findingsOf(triage, texts))],
  );
  await enterAnalyses(sql, dumpKey, analyses, texts);
  return row.fresh ? 'new' : 'updated';
}
