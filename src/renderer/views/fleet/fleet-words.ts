/** What the view says of a catalogue. */
import type { IssueDump, FleetOverview, IssueRow } from '../../../shared/fleet-protocol.ts';
import type { FleetProblem } from '../../../shared/fleet-problems.ts';
import type { IssueState } from '../../../shared/issue-states.ts';
import { countText, plural } from '../../words/numbers.ts';

export const isServer = (where: string): boolean => /^postgres(?:ql)?:\/\//.test(where);

/** What the user can do, after what went wrong. */
export const advice: Readonly<Record<FleetProblem, string>> = {
  unreachable: 'See whether the server runs, and whether its name and port are right. Then try again.',
  refused: 'See whether the user, the password, and the certificate are right. Passwords are also taken from PGPASSFILE (~/.pgpass) and PGPASSWORD.',
  busy: 'Try again when the other process has ended, or look at the catalogue on that machine.',
  schema: 'Nothing was changed. The command is run in a terminal, and is told which folder or server is meant.',
  usage: 'Correct it, and try again.',
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

/** What an empty catalogue needs. */
export const howToFill = (queued: number): string =>
  queued > 0
    ? 'Files wait in the queue: “dumpbench fleet worker” in a terminal looks at them.'
    : 'It holds no dumps yet: “dumpbench fleet add FOLDER” in a terminal finds them, and “dumpbench fleet worker” looks at them.';

export const machineText = ({ machine, arch }: Pick<IssueDump, 'machine' | 'arch'>): string => (machine === undefined ? arch : `${arch}, type ${machine}`);

/** "share:filer1" and "local:host2" as people say it. */
export const storageText = (storage: string): string => storage.replace(/^share:/, 'share of ').replace(/^local:/, 'disk of ');

export const whenSeen = ({ first, last }: Pick<IssueRow, 'first' | 'last'>): readonly [string, string] => [first?.slice(0, 10) ?? '', last?.slice(0, 10) ?? ''];
