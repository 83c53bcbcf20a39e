/** The table of processes that the OOM killer writes into the log (dump_tasks(), mm/oom_kill.c). Columns differ between releases: its head names them. */
import type { LogRecord } from '../log/log-record.ts';

export interface OomProcess {
  readonly pid: number;
  readonly name: string;
  /** By the names of the head: uid, tgid, total_vm, rss, rss_anon, pgtables_bytes, swapents, oom_score_adj. Pages, but for those that say bytes. */
  readonly values: ReadonlyMap<string, number>;
}

const head = /^\[ *pid *\] +(uid +tgid +total_vm +rss [a-z_ ]*) name$/;
const line = /^\[ *(\d+)\] +((?:-?\d+ +)+)(.*)$/;
/** Lines of one table at most. */
const mostRows = 1 << 16;

/** The last table of the log; undefined where there is none. */
export function lastOomTable(records: readonly LogRecord[]): readonly OomProcess[] | undefined {
  const start = records.findLastIndex(({ text }) => head.test(text));
  const columns = head.exec(records[start]?.text ?? '')?.[1]?.split(/ +/);
  if (columns === undefined) return undefined;
  const rows: OomProcess[] = [];
  for (let at = start + 1; at < records.length && rows.length < mostRows; at += 1) {
    const [, pid, numbers, name] = line.exec(records[at]?.text ?? '') ?? [];
    const values = numbers?.trim().split(/ +/).map(Number);
    if (pid === undefined || name === undefined || values?.length !== columns.length) break;
    rows.push({ pid: Number(pid), name, values: new Map(columns.map((column, index) => [column, values[index] ?? 0])) });
  }
  return rows;
}
