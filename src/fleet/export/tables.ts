/** What `fleet export` writes: one declaration for each table. docs/fleet-export.md is made from them. */
import { catalogueSchema } from '../schema/names.ts';
import type { columnTypes } from './column-types.ts';

export interface ExportColumn {
  readonly name: string;
  readonly type: keyof typeof columnTypes;
  /** Where it is not the column of that name of the table. */
  readonly from?: string;
  /** Has a value in every row. */
  readonly always?: true;
  readonly means: string;
}

export interface ExportTable {
  readonly name: string;
  readonly means: string;
  /** Of the statement: the table is called "of". */
  readonly from: string;
  /** The month of a row: "2026-11"; a table without is one file. */
  readonly month?: string;
  /** What makes the order of rows unique, whatever the database sorts by. */
  readonly order: string;
  readonly columns: readonly ExportColumn[];
}

const monthOf = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM')`;
const dumpMonth = (dump: string): string => `coalesce(${dump}.crashed, ${dump}.dumped, ${dump}.added)`;

const checks = (name: string, member: string, means: string): ExportColumn => ({
  name,
  type: 'integer',
  from: `(of.health->>'${member}')::bigint`,
  means: `Integrity checks ${means}.`,
});

const dumps: ExportTable = {
  name: 'dumps',
  means: 'One row for each dump key, however many copies there are.',
  from: `${catalogueSchema}.dump AS of`,
  month: monthOf(dumpMonth('of')),
  order: 'of.dump_key COLLATE "C"',
  columns: [
    { name: 'dump_key', type: 'text', always: true, means: 'Tells dumps apart: 64 hexadecimal digits.' },
    {
      name: 'month_of',
      type: 'text',
      from: "CASE WHEN of.crashed IS NOT NULL THEN 'crashed' WHEN of.dumped IS NOT NULL THEN 'dumped' ELSE 'added' END",
      always: true,
      means: 'The column whose month the row is filed under: `crashed`, else `dumped`, else `added`.',
    },
    { name: 'identity', type: 'text', always: true, means: 'Identity of the headers.' },
    { name: 'format', type: 'text', always: true, means: 'Format of the dump.' },
    { name: 'bytes', type: 'integer', always: true, means: 'Size of the dump in bytes.' },
    { name: 'complete', type: 'truth', means: 'Whether it was written to its end, as far as its format says.' },
    { name: 'arch', type: 'text', always: true, means: 'Architecture.' },
    { name: 'machine', type: 'text', means: 'Type of the machine.' },
    { name: 'host', type: 'text', means: 'Node name of the kernel.' },
    { name: 'release', type: 'text', means: 'Release of the kernel.' },
    { name: 'command_line', type: 'text', means: 'Command line of the kernel; none where texts are not kept.' },
    { name: 'crashed', type: 'time', means: 'When the kernel crashed, as the dump says.' },
    { name: 'dumped', type: 'time', means: 'When the dump was written, as the dump says.' },
    { name: 'class', type: 'text', always: true, means: 'Class of the verdict.' },
    { name: 'contributing', type: 'texts', always: true, means: 'Classes that contributed.' },
    { name: 'title', type: 'text', always: true, means: 'The verdict in a sentence.' },
    { name: 'frames', type: 'texts', always: true, means: 'Frames of the stack that the signature is made of.' },
    { name: 'signature_exact', type: 'text', means: 'Signature of the place in one build of the kernel.' },
    { name: 'signature_stack', type: 'text', means: 'Signature of the stack, which stays when a kernel is built anew.' },
    { name: 'issue', type: 'integer', means: '`id` of the issue; none for a dump without a signature.' },
    checks('checks_passed', 'passed', 'that passed'),
    checks('checks_failed', 'failed', 'that failed'),
    checks('checks_not_recorded', 'notRecorded', 'for which the dump has recorded nothing'),
    checks('checks_not_applicable', 'notApplicable', 'that do not apply to the dump'),
    checks('checks_unreadable', 'unreadable', 'whose data could not be read'),
    checks('checks_not_run', 'notRun', 'that were not run'),
    { name: 'verdict', type: 'json', always: true, means: 'The verdict as `triage --json` gives it; without lines of evidence where texts are not kept.' },
    { name: 'tool', type: 'text', always: true, means: 'Version of the program that said so.' },
    { name: 'added', type: 'time', always: true, means: 'When the dump came into the catalogue.' },
    { name: 'changed', type: 'time', always: true, means: 'When its row last changed.' },
  ],
};

const places: ExportTable = {
  name: 'places',
  means: 'One row for each file, set, or member of an archive. The month is the one of its dump, or where it has none the month of `added`.',
  from: `${catalogueSchema}.place AS of LEFT JOIN ${catalogueSchema}.dump AS its ON its.dump_key = of.dump_key`,
  month: monthOf(`coalesce(${dumpMonth('its')}, of.added)`),
  order: 'of.id',
  columns: [
    { name: 'id', type: 'integer', always: true, means: 'Number of the place.' },
    { name: 'storage', type: 'text', always: true, means: '`share:SERVER` or `local:MACHINE`.' },
    { name: 'path', type: 'text', always: true, means: 'Path for people.' },
    { name: 'path_bytes', type: 'bytes', always: true, means: 'Path as the file system has it.' },
    { name: 'part_bytes', type: 'byteStrings', always: true, means: 'Paths of the other files of a set.' },
    { name: 'stamp', type: 'text', always: true, means: 'Sizes and times of the files: another stamp is another file.' },
    { name: 'title', type: 'text', always: true, means: 'What it seems to be.' },
    { name: 'state', type: 'text', always: true, means: '`queued`, `done`, `refused`, `failed`, or `expanded`.' },
    { name: 'problem', type: 'text', means: 'Why nothing came of it, or nothing yet.' },
    { name: 'crashes', type: 'integer', always: true, means: 'How often it ended the process that opened it.' },
    { name: 'dump_key', type: 'text', means: 'Its dump.' },
    { name: 'added', type: 'time', always: true, means: 'When the place came into the catalogue.' },
    { name: 'finished', type: 'time', means: 'When the work on it ended.' },
  ],
};

const issues: ExportTable = {
  name: 'issues',
  means: 'One row for each signature. It is one file: an issue has dumps of many months.',
  from: `${catalogueSchema}.issue AS of`,
  order: 'of.id',
  columns: [
    { name: 'id', type: 'integer', always: true, means: 'Number of the issue.' },
    { name: 'kind', type: 'text', always: true, means: 'What its signature is of: `stack`, or `exact` where no stack is known.' },
    { name: 'signature', type: 'text', always: true, means: 'The signature.' },
    { name: 'class', type: 'text', always: true, means: 'Class of the verdict of its first dump.' },
    { name: 'title', type: 'text', always: true, means: 'Verdict of its first dump.' },
    { name: 'status', type: 'text', always: true, means: '`new`, `open`, `fixed`, or `ignored`.' },
    { name: 'note', type: 'text', means: 'What people know of it.' },
    { name: 'links', type: 'texts', always: true, means: 'Links that people gave it.' },
    { name: 'made', type: 'time', always: true, means: 'When its first dump came into the catalogue.' },
    { name: 'changed', type: 'time', always: true, means: 'When people last changed it.' },
  ],
};

const findings: ExportTable = {
  name: 'findings',
  means: 'Findings and failed checks of a dump, or why a place gave none. The month is the one of its dump or place.',
  from: `${catalogueSchema}.finding AS of
    LEFT JOIN ${catalogueSchema}.place AS found ON found.id = of.place
    LEFT JOIN ${catalogueSchema}.dump AS its ON its.dump_key = coalesce(of.dump_key, found.dump_key)`,
  month: monthOf(`coalesce(${dumpMonth('its')}, found.added)`),
  order: 'of.id',
  columns: [
    { name: 'id', type: 'integer', always: true, means: 'Number of the finding.' },
    { name: 'dump_key', type: 'text', means: 'The dump that it is about; none where it is about a place.' },
    { name: 'place', type: 'integer', means: '`id` of the place that it is about; none where it is about a dump.' },
    { name: 'finding', type: 'text', always: true, means: 'Id of the finding or of the check.' },
    { name: 'severity', type: 'text', always: true, means: '`info`, `warning`, or `error`.' },
    { name: 'title', type: 'text', always: true, means: 'What was found.' },
    { name: 'detail', type: 'text', means: 'More about it; none of a dump where texts are not kept.' },
  ],
};

const analysisRows: ExportTable = {
  name: 'analysis_rows',
  means: 'Rows of the analyses `cpus-running`, `hangs`, and `problems` of a dump, with its month.',
  from: `${catalogueSchema}.analysis_row AS of JOIN ${catalogueSchema}.dump AS its ON its.dump_key = of.dump_key`,
  month: monthOf(dumpMonth('its')),
  order: 'of.dump_key COLLATE "C", of.analysis COLLATE "C", of.number',
  columns: [
    { name: 'dump_key', type: 'text', always: true, means: 'Its dump.' },
    { name: 'analysis', type: 'text', always: true, means: 'Id of the analysis.' },
    { name: 'number', type: 'integer', always: true, means: 'Its place among the rows of the analysis, from 0.' },
    { name: 'cells', type: 'json', always: true, means: 'Its cells by column; without those that may quote the log where texts are not kept.' },
  ],
};

/** Of what is about places: the month of the dump, or of the place where it has none. */
const ofPlace = (table: string): Pick<ExportTable, 'from' | 'month'> => ({
  from: `${catalogueSchema}.${table} AS of JOIN ${catalogueSchema}.place AS found ON found.id = of.place
    LEFT JOIN ${catalogueSchema}.dump AS its ON its.dump_key = found.dump_key`,
  month: monthOf(`coalesce(${dumpMonth('its')}, found.added)`),
});

const verifications: ExportTable = {
  name: 'verifications',
  means: 'One row for each place that was verified in full, or is to be. The month is the one of its dump.',
  ...ofPlace('verification'),
  order: 'of.place',
  columns: [
    { name: 'place', type: 'integer', always: true, means: '`id` of the place.' },
    { name: 'state', type: 'text', always: true, means: '`queued`, `done`, or `failed`.' },
    { name: 'problem', type: 'text', means: 'Why no verdicts came of it, or why a digest is missing.' },
    { name: 'dump_key', type: 'text', means: 'The dump that was there.' },
    { name: 'file_sha256', type: 'text', means: 'SHA-256 of the file.' },
    { name: 'memory_root', type: 'text', means: 'Memory root.' },
    { name: 'tool', type: 'text', means: 'Version of the program that said so.' },
    { name: 'asked', type: 'time', always: true, means: 'When it was put into the queue.' },
    { name: 'finished', type: 'time', means: 'When it ended.' },
  ],
};

const checkResults: ExportTable = {
  name: 'check_results',
  means: 'One row for each check of a place that was verified in full. The month is the one of its dump.',
  ...ofPlace('check_result'),
  order: 'of.place, of.check_id COLLATE "C"',
  columns: [
    { name: 'place', type: 'integer', always: true, means: '`id` of the place.' },
    { name: 'check_id', type: 'text', always: true, means: 'Id of the check.' },
    { name: 'title', type: 'text', always: true, means: 'What is checked.' },
    { name: 'verdict', type: 'text', always: true, means: '`passed`, `failed`, `not-recorded`, `not-applicable`, `unreadable`, or `not-run`.' },
    { name: 'failure', type: 'text', means: 'What it means that the check failed.' },
    { name: 'detail', type: 'text', means: 'Why this verdict; none where texts are not kept.' },
  ],
};

export const exportTables: readonly ExportTable[] = [dumps, places, issues, findings, analysisRows, verifications, checkResults];
