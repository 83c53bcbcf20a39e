/** Answers of the fleet's commands for people. */
import {
  queueNames,
  type FleetAddJson,
  type FleetExportJson,
  type FleetIndexJson,
  type FleetIssueJson,
  type FleetQueryJson,
  type FleetStatusJson,
} from '../../shared/fleet-model.ts';
import { plural } from '../../shared/count-text.ts';
import { byteText } from '../../shared/units.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { columns } from './table.ts';

const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

export function addText({ found, added, changed, others, unreadable }: FleetAddJson): string {
  const known = found - added - changed;
  const parts = [`${added} new`, ...(changed === 0 ? [] : [`${changed} changed`]), ...(known === 0 ? [] : [`${known} known already`])];
  const rest = [...(others === 0 ? [] : [plural(others, 'other file')]), ...(unreadable.length === 0 ? [] : [`${unreadable.length} could not be read`])];
  return [`${plural(found, 'dump')} found: ${parts.join(', ')}`, ...rest].join('; ');
}

export function plannedText({ dumps }: FleetIndexJson): string {
  const lines = dumps.map(({ path, rangeSize, ranges, jobs, index }) =>
    jobs === 0
      ? `${visibleLine(path)}: it is indexed, or being indexed: "fleet status" says which; index ${visibleLine(index)}`
      : `${visibleLine(path)}: ${plural(ranges, 'range')} of ${byteText(rangeSize)}, ${plural(jobs, 'job')}; index ${visibleLine(index)}`,
  );
  return lines.map((line) => `${line}\n`).join('');
}

type Indexing = FleetStatusJson['indexing'][number];

const indexingWords: Readonly<Record<Indexing['state'], string>> = { ranges: 'ranges', merge: 'pieces are being joined', done: 'done', failed: 'failed' };

function indexingRow({ path, state, ranges, index, problem }: Indexing): readonly string[] {
  const over = ranges.indexed + ranges.unreadable + ranges.failed;
  const bad = [...(ranges.unreadable === 0 ? [] : [`${ranges.unreadable} unreadable`]), ...(ranges.failed === 0 ? [] : [`${ranges.failed} failed`])];
  const text = [`${over} of ${plural(over + ranges.queued, 'range')}`, ...bad].join(', ');
  return [indexingWords[state], text, visibleLine(path), visibleLine(problem ?? index ?? '')];
}

function queuesText({ queues, verifications }: FleetStatusJson): string {
  const busy = queueNames.flatMap((name) => {
    const { waiting, active } = queues[name];
    return waiting + active === 0 ? [] : [`${name} ${waiting + active}${active === 0 ? '' : ` (${active} under way)`}`];
  });
  const { done, failed } = verifications;
  const verified = done + failed === 0 ? '' : `; ${done} verified${failed === 0 ? '' : `, ${failed} could not be`}`;
  return `queues      ${busy.length === 0 ? 'empty' : busy.join(', ')}${verified}`;
}

export function statusText(status: FleetStatusJson): string {
  const { place, dumps, places, issues, workers, troubles, troubleCount, texts, indexing } = status;
  const lines = [
    `catalogue   ${visibleLine(place)}`,
    `dumps       ${dumps}, ${plural(
      Object.values(issues).reduce((sum, one) => sum + one, 0),
      'issue',
    )} (${issues.new} new, ${issues.open} open, ${issues.fixed} fixed, ${issues.ignored} ignored)`,
    `places      ${places.queued} queued, ${places.done} done, ${places.refused} refused, ${places.failed} failed${places.expanded === 0 ? '' : `, ${plural(places.expanded, 'archive')}`}`,
    queuesText(status),
    ...(texts ? [] : ['texts       are not kept: neither lines of logs nor command lines']),
    `workers     ${workers.length === 0 ? 'none' : workers.map(({ host, pid, since }) => `${visibleLine(host)} (process ${pid}, since ${minute(since)})`).join(', ')}`,
  ];
  const rows = troubles.map(({ id, state, path, problem }) => [String(id), state, visibleLine(path), visibleLine(problem ?? '')]);
  const unlisted = troubleCount - troubles.length;
  const more =
    unlisted === 0
      ? ''
      : `${unlisted} more: dumpbench fleet query "SELECT id, state, path, problem FROM place WHERE state IN ('failed', 'refused') OR problem IS NOT NULL"\n`;
  const table = (cells: readonly (readonly string[])[], right: readonly number[]): string => (cells.length === 0 ? '' : `\n${columns(cells, '  ', right)}\n`);
  return `${lines.join('\n')}\n${table(indexing.map(indexingRow), [])}${table(rows, [0])}${more}`;
}

function seen({ first, last }: FleetIssueJson): string {
  if (first === undefined || last === undefined) return '';
  return first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first.slice(0, 10)} to ${last.slice(0, 10)}`;
}

export function issuesText(issues: readonly FleetIssueJson[], status?: FleetIssueJson['status']): string {
  if (issues.length === 0 && status !== undefined) return `no ${status} issues\n`;
  if (issues.length === 0) return 'no issues: dumps whose crash has a signature (an exact place, or a stack) are grouped into issues\n';
  const rows = issues.map((issue) => [String(issue.id), issue.status, plural(issue.dumps, 'dump'), seen(issue), visibleLine(issue.title)]);
  return `${columns([['id', 'status', 'dumps', 'seen', 'title'], ...rows], '', [0])}\n`;
}

export function issueText(issue: FleetIssueJson): string {
  const { id, class: kind, title, status, note, links, dumps, releases } = issue;
  const lines = [
    `issue ${id}: ${visibleLine(title)}`,
    `status    ${status}`,
    `class     ${kind}`,
    `dumps     ${dumps}${seen(issue) === '' ? '' : `, ${seen(issue)}`}`,
    ...(releases.length === 0 ? [] : [`releases  ${releases.map(visibleLine).join(', ')}`]),
    ...(note === undefined ? [] : [`note      ${visibleLine(note)}`]),
    ...links.map((link) => `link      ${visibleLine(link)}`),
  ];
  return `${lines.join('\n')}\n`;
}

export function exportText({ folder, tables }: FleetExportJson): string {
  const rows = tables.map(({ name, rows: number, files }) => [name, plural(number, 'row'), plural(files, 'file')]);
  return `${visibleLine(folder)}\n${columns(rows, '  ', [1])}\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return visibleLine(typeof value === 'string' ? value : JSON.stringify(value));
}

export function queryText({ columns: names, rows, truncated }: FleetQueryJson): string {
  const table = columns([names.map(visibleLine), ...rows.map((row) => row.map(cell))], '');
  return `${table}\n${truncated ? `there are more rows; --rows asks for them\n` : ''}`;
}
