/** Answers of the fleet's commands for people. */
import type { FleetAddJson, FleetExportJson, FleetIssueJson, FleetQueryJson, FleetStatusJson } from '../../shared/fleet-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { columns } from './table.ts';

const plural = (number: number, one: string, more = `${one}s`): string => `${number} ${number === 1 ? one : more}`;
const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

export function addText({ found, added, changed, others }: FleetAddJson): string {
  const known = found - added - changed;
  const parts = [`${added} new`, ...(changed === 0 ? [] : [`${changed} changed`]), ...(known === 0 ? [] : [`${known} known already`])];
  return `${plural(found, 'dump')} found: ${parts.join(', ')}${others === 0 ? '' : `; ${plural(others, 'other file')}`}`;
}

export function statusText({ place, dumps, places, active, issues, workers, troubles, texts }: FleetStatusJson): string {
  const lines = [
    `catalogue   ${visibleLine(place)}`,
    `dumps       ${dumps}, ${plural(
      Object.values(issues).reduce((sum, one) => sum + one, 0),
      'issue',
    )} (${issues.new} new, ${issues.open} open, ${issues.fixed} fixed, ${issues.ignored} ignored)`,
    `places      ${places.queued} queued (${active} under way), ${places.done} done, ${places.refused} refused, ${places.failed} failed${places.expanded === 0 ? '' : `, ${plural(places.expanded, 'archive')}`}`,
    ...(texts ? [] : ['texts       are not kept: neither lines of logs nor command lines']),
    `workers     ${workers.length === 0 ? 'none' : workers.map(({ host, pid, since }) => `${visibleLine(host)} (process ${pid}, since ${minute(since)})`).join(', ')}`,
  ];
  const rows = troubles.map(({ id, state, path, problem }) => [String(id), state, visibleLine(path), visibleLine(problem ?? '')]);
  return `${lines.join('\n')}\n${rows.length === 0 ? '' : `\n${columns(rows, '  ', [0])}\n`}`;
}

function seen({ first, last }: FleetIssueJson): string {
  if (first === undefined || last === undefined) return '';
  return first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first.slice(0, 10)} to ${last.slice(0, 10)}`;
}

export function issuesText(issues: readonly FleetIssueJson[]): string {
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
