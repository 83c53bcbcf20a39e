/** The view's texts about a catalogue. */
import type { IssueDump, FleetOverview, IssueRow } from '../../../shared/fleet-protocol.ts';
import type { FleetProblem } from '../../../shared/fleet-problems.ts';
import type { IssueState } from '../../../shared/issue-states.ts';
import { countText, plural } from '../../words/numbers.ts';

export const isServer = (where: string): boolean => /^postgres(?:ql)?:\/\//.test(where);

/** What the user can do after an error. */
export const advice: Readonly<Record<FleetProblem, string>> = {
  unreachable: 'Check that the server is running and that its name and port are correct, then try again.',
  refused: 'Check the user, the password, and the certificate. Passwords are also taken from PGPASSFILE (~/.pgpass) and PGPASSWORD.',
  busy: 'Try again when the other process has ended, or open the catalogue on that machine.',
  schema: 'Nothing was changed. Run the command in a terminal, and name this folder or server.',
  usage: 'Correct it and try again.',
};

export const statusText: Readonly<Record<IssueState, string>> = { new: 'new', open: 'open', fixed: 'fixed', ignored: 'ignored' };

/** "3 names": some of them, and how many more there are. */
export function namesText(names: readonly string[], count: number): string {
  const more = count - names.length;
  return more > 0 ? `${names.join(', ')} and ${countText(more)} more` : names.join(', ');
}

export function overviewText({ dumps, issues, queued }: FleetOverview): string {
  return [plural(dumps, 'dump'), plural(issues, 'issue'), ...(queued === 0 ? [] : [`${plural(queued, 'file')} in the queue`])].join(', ');
}

/** What to do with an empty catalogue. */
export const howToFill = (queued: number): string =>
  queued > 0
    ? 'Files are waiting in the queue: run “dumpbench fleet worker” in a terminal to examine them.'
    : 'It contains no dumps yet: run “dumpbench fleet add FOLDER” in a terminal to find some, then “dumpbench fleet worker” to examine them.';

export const machineText = ({ machine, arch }: Pick<IssueDump, 'machine' | 'arch'>): string => (machine === undefined ? arch : `${arch}, type ${machine}`);

/** Readable forms of "share:filer1" and "local:host2". */
export const storageText = (storage: string): string => storage.replace(/^share:/, 'share of ').replace(/^local:/, 'disk of ');

export const whenSeen = ({ first, last }: Pick<IssueRow, 'first' | 'last'>): readonly [string, string] => [first?.slice(0, 10) ?? '', last?.slice(0, 10) ?? ''];
