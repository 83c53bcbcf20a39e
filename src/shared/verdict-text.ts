/** A verdict in words, the same for every door. */
import type { SeenIssue, VerdictClass, VerdictJson } from './verdict-model.ts';

const words: Readonly<Record<VerdictClass, string>> = {
  'null-pointer': 'null pointer',
  'bad-pointer': 'bad pointer',
  protection: 'protected memory',
  'illegal-operation': 'illegal operation',
  'privileged-operation': 'privileged operation',
  'data-exception': 'data or arithmetic exception',
  bug: 'BUG',
  'warning-panic': 'panic on a warning',
  'stack-overflow': 'stack overflow',
  'list-corruption': 'list corruption',
  'slab-corruption': 'slab corruption',
  'hung-task': 'hung task',
  deadlock: 'deadlock',
  'lock-held': 'held lock',
  'cpu-loop': 'looping CPU',
  'io-stall': 'I/O stall',
  'out-of-memory': 'out of memory',
  'early-boot': 'early boot',
  'root-file-system': 'root file system',
  'machine-check': 'machine check',
  'disabled-wait': 'disabled wait',
  'operator-request': 'requested',
  'hypervisor-request': 'hypervisor dump or NMI',
  'kdump-failed': 'kdump did not finish',
  running: 'running',
  unknown: 'cause not known',
};

/** A document that was altered may have another. */
const wordOf: ReadonlyMap<string, string> = new Map(Object.entries(words));

/** A class in words. */
export const classText = (name: VerdictClass): string => wordOf.get(name) ?? name;

const alsoText = (contributing: readonly VerdictClass[]): readonly string[] =>
  contributing.length === 0 ? [] : [`contributing: ${contributing.map(classText).join(', ')}`];

/** "deadlock", "requested; contributing: slab corruption" */
export const classLine = ({ class: name, contributing }: Pick<VerdictJson, 'class' | 'contributing'>): string =>
  [classText(name), ...alsoText(contributing)].join('; ');

/** What follows the title, with the class where the title does not say it: "" after "Deadlock of 2 tasks on mutexes", " (cause not known)" after "Panic (Fatal exception)" */
export function afterTitle({ title, class: name, contributing }: Pick<VerdictJson, 'title' | 'class' | 'contributing'>): string {
  const words = [...(title.toLowerCase().includes(classText(name).toLowerCase()) ? [] : [classText(name)]), ...alsoText(contributing)];
  return words.length === 0 ? '' : ` (${words.join('; ')})`;
}

/** "seen in 14 other dumps since 2026-01-02; issue 7 (open): what is known" */
function seenText({ issue, status, times, first, note, links }: SeenIssue): string {
  const since = first === undefined ? '' : ` since ${first.slice(0, 10)}`;
  const often = times === 0 ? 'not seen in another dump' : `seen in ${times} other ${times === 1 ? 'dump' : 'dumps'}${since}`;
  return `${often}; issue ${issue} (${status})${note === undefined ? '' : `: ${note}`}${links.length === 0 ? '' : ` (${links.join(', ')})`}`;
}

/** Names and values, in the order in which they are shown. Values are hostile text: names of functions and lines of a log. */
export function verdictRows(verdict: VerdictJson): readonly (readonly [name: string, value: string])[] {
  const { title, signature, frames, evidence, excluded = [], knownIssues, seen } = verdict;
  return [
    ['Title', title],
    ['Class', classLine(verdict)],
    ...(knownIssues ?? []).map(({ text, link }) => ['Known issue', link === undefined ? text : `${text} (${link})`] as const),
    ...(knownIssues?.length === 0 ? [['Known issue', 'none of the given issues matches'] as const] : []),
    ...(seen === undefined ? [] : [['Catalogue', seenText(seen)] as const]),
    ...(signature.exact === undefined ? [] : [['Exact key', signature.exact] as const]),
    ...(signature.stack === undefined ? [] : [['Stack key', `${signature.stack} (${frames.join(' < ')})`] as const]),
    ...evidence.map(({ text }) => ['Evidence', text] as const),
    ...excluded.map(({ classes, why }) =>
      classes.length === 0 ? (['Not clear', why] as const) : (['No sign of', `${classes.map(classText).join(', ')}: ${why}`] as const),
    ),
  ];
}
