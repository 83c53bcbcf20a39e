/** What a person does next with a dump: first what its integrity asks for, then what the verdict does. */
import type { Remedy } from '../../shared/remedy.ts';
import type { VerdictClass } from '../../shared/verdict-model.ts';
import { mono, quoted, type Piece, type Text } from './blocks.ts';
import type { ReportModel } from './report-model.ts';

const search: readonly Piece[] = ['Look the function up in the source of exactly this kernel, and search reports of known bugs by title and stack key.'];
const allocator: readonly Piece[] = [
  'Repeat the fault with a debugging allocator (slub_debug, KASAN): the corruption is older than the place where it was found.',
];
const lock: readonly Piece[] = [
  'Follow the chain of waiters under "Analyses" to the task or CPU that holds the lock: its stack shows why it does not release it.',
];
const cycle: readonly Piece[] = [
  'Look at the tasks of the cycle, under "Analyses": their stacks show where each waits for a lock that is held within the cycle. None of them can continue.',
];
const device: readonly Piece[] = ['Look at the oldest request in flight and at the state of its device and path.'];

const ofClass: Readonly<Record<VerdictClass, readonly Piece[]>> = {
  'null-pointer': search,
  'bad-pointer': search,
  protection: search,
  'illegal-operation': search,
  'privileged-operation': search,
  'data-exception': search,
  bug: search,
  'warning-panic': search,
  'stack-overflow': ['Look at the backtrace for recursion and large frames.'],
  'list-corruption': allocator,
  'slab-corruption': allocator,
  'hung-task': lock,
  deadlock: cycle,
  'lock-held': lock,
  'cpu-loop': ['Look at the backtrace of the CPU that loops: what it waits for is in its innermost functions.'],
  'io-stall': device,
  'out-of-memory': [
    'Read the report of the OOM killer in the kernel log: it says whether the whole system or the limit of one memory cgroup was reached. Then look at where memory went, under "Analyses", and compare with a dump or the figures of a healthy time.',
  ],
  'early-boot': ['Compare kernel, command line and hardware with those of the last start that succeeded.'],
  'root-file-system': ['Check the root= parameter of the command line, and whether the initial RAM disk has the drivers of that device.'],
  'machine-check': ['Give the machine-check data to the service of the hardware.'],
  'disabled-wait': ['Look the wait code up, under "CPUs".'],
  'operator-request': ['The dump was requested: find out who requested it and why. Under "Analyses", look for what was slow or stuck at that time.'],
  'hypervisor-request': ['The hypervisor requested the dump: its log says why. Under "Analyses", look for what was slow or stuck at that time.'],
  'kdump-failed': ['Look at the kdump system, the view "kdump" of this dump: its log and tasks show how far it got.'],
  running: ['The system was running. Look at "Analyses" for what it did.'],
  unknown: ['"What happened" lists what there is no sign of, and what could not be seen.'],
};

/** A document that was altered may have another class. */
const stepsOf: ReadonlyMap<string, readonly Piece[]> = new Map(Object.entries(ofClass));

/** Other remedies are for the one who works with the program. */
const ofRemedy: Readonly<Partial<Record<Remedy, string>>> = {
  'copy-again': 'Compare the file with the one where the dump was written, and copy it again if they differ: this one is incomplete.',
  'full-checks': 'Run the full verification.',
};

const noSymbols: readonly Piece[] = ['Attach the vmlinux or System.map of this kernel: without names of functions less could be seen.'];

export function nextSteps({ checks, verdict, info, backtraces }: ReportModel): Text {
  const failed = checks.filter((check) => check.verdict === 'failed');
  const remedies = [...new Set(failed.flatMap(({ remedy }) => (remedy === undefined ? [] : (ofRemedy[remedy] ?? []))))];
  const isIncomplete = info.container.complete === false;
  const again = isIncomplete && remedies.length === 0 ? [ofRemedy['copy-again'] ?? ''] : remedies;
  const isNameless = backtraces !== undefined && 'missing' in backtraces && backtraces.missing.some(({ what }) => what === 'names of functions');
  const known = verdict.knownIssues?.[0];
  const issue: readonly Piece[] =
    known === undefined ? [] : ['See the known issue: ', quoted(known.text), ...(known.link === undefined ? [] : [' ', mono(known.link)]), '. '];
  // What rests on damaged bytes may be wrong itself.
  const damage = failed.length > 0 && again.length === 0 ? ['Look at the failed checks first: they say which bytes cannot be trusted. '] : [];
  return [...again.map((one) => `${one} `), ...damage, ...issue, ...(isNameless ? noSymbols : (stepsOf.get(verdict.class) ?? ofClass.unknown))];
}
