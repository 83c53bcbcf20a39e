/** One dump in the window: what is known about it, and how far it has been opened. Survives a restart of the engine. */
import type { AttachmentPaths } from '../../shared/attachment.ts';
import type { CheckResult, DamageEntry, Health, VerifyJson } from '../../shared/check-model.ts';
import type { SeveralDumpsJson } from '../../shared/dump-choice.ts';
import type { Info, MemoryView } from '../../shared/model.ts';
import type { SaidOfDump } from '../../shared/said-of-dump.ts';
import type { OsInfoJson, RegionJson } from '../../shared/structure-model.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import type { Position } from './position.ts';

/** Paths of files that the user supplied, in the form that the engine's `verify` takes. */
export interface Evidence {
  readonly manifest?: string;
  readonly attestation?: string;
  readonly publicKey?: string;
  readonly kdumpImages?: readonly string[];
}

export const evidencePaths = ({ manifest, attestation, publicKey, kdumpImages = [] }: Evidence): readonly string[] => [
  ...[manifest, attestation, publicKey].filter((path) => path !== undefined),
  ...kdumpImages,
];

/** Why a file is not open, for its error page. */
export interface OpenFailure {
  /** DumpError's kind, `foreign` for a file of another known kind, `several` for one that holds several dumps, or `engine` when the engine itself failed on the file. */
  readonly kind: 'foreign' | 'several' | 'not-this-format' | 'truncated' | 'corrupt' | 'unsupported' | 'io' | 'absent' | 'engine';
  readonly what: string;
  readonly expected?: string;
  /** The affected file, if it is not the one that was opened. */
  readonly file?: string;
  readonly offset?: number;
  /** The dumps in it, for the user to choose from. */
  readonly several?: SeveralDumpsJson;
  /** What helps with a file of another kind. */
  readonly wayOut?: string;
}

export type DumpPhase =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly handle: string; readonly identity: string }
  | { readonly kind: 'failed'; readonly failure: OpenFailure };

export interface OpenDump {
  /** The window's own key: stays the same when the engine restarts. */
  readonly key: string;
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Other files of a set, if they were named. */
  readonly volumes: readonly string[] | undefined;
  /** Which system, if the dump contains two and one was chosen. */
  readonly view: MemoryView | undefined;
  /** What the user supplied in place of its headers; the key of a secure guest is kept only in memory. */
  readonly said: SaidOfDump;
  /** Files that supplement its kernel: the triage says which of them are attached. */
  readonly attachments: AttachmentPaths;
  /** What was last opened under this key; before that, what a session expects. */
  readonly identity: string | undefined;
  readonly phase: DumpPhase;
  /** Generation of the engine to which the phase refers. */
  readonly generation: number;
  /** How often the engine ended while opening this file. */
  readonly lostWhileOpening: number;
  readonly triage: TriageDump | undefined;
  /** What is known before the triage, while a long chain of headers is read, and the fraction read so far. */
  readonly reading: { readonly fraction: number; readonly info: Info | undefined } | undefined;
  readonly regions: readonly RegionJson[] | undefined;
  /** os_info with the decisions that depend on it; the triage has only those that need no scan. */
  readonly osInfo: OsInfoJson | undefined;
  /** Results of the last verification; before it those of the triage. */
  readonly checks: readonly CheckResult[];
  readonly health: Health | undefined;
  /** The damage map of the last verification. */
  readonly damage: readonly DamageEntry[];
  /** The pass that the checks come from. */
  readonly checked: 'triage' | 'quick' | 'full';
  readonly digests: VerifyJson['digests'];
  /** Why a digest is missing although everything was verified. */
  readonly digestsMissing: VerifyJson['digestsMissing'];
  /** What it was checked against; used in every later pass and report. */
  readonly evidence: Evidence;
  readonly coverage: { readonly indexed: number; readonly total: number } | undefined;
  /** Incremented when more of the index is known: strips are then refreshed. */
  readonly stripVersion: number;
}

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** How a dump is opened, in addition to its path. */
export interface OpenOptions {
  readonly volumes?: readonly string[];
  readonly view?: MemoryView;
  readonly said?: SaidOfDump;
  readonly attachments?: AttachmentPaths | undefined;
}

export function newDump(key: string, path: string, { volumes, view, said = {}, attachments = {} }: OpenOptions = {}): OpenDump {
  return {
    key,
    path,
    name: view === undefined || view === 'all' ? fileName(path) : `${fileName(path)} (${view})`,
    volumes,
    view,
    said,
    attachments,
    identity: undefined,
    phase: { kind: 'opening' },
    generation: 0,
    lostWhileOpening: 0,
    triage: undefined,
    reading: undefined,
    regions: undefined,
    osInfo: undefined,
    checks: [],
    health: undefined,
    damage: [],
    checked: 'triage',
    digests: {},
    digestsMissing: undefined,
    evidence: {},
    coverage: undefined,
    stripVersion: 0,
  };
}

/** The engine's handle of the dump, while it is open there. */
export const handleOf = (dump: Pick<OpenDump, 'phase'>): string | undefined => (dump.phase.kind === 'open' ? dump.phase.handle : undefined);

/** The facts of a dump as far as known: before the triage those from its first headers. */
export const infoOf = (dump: OpenDump): Info | undefined => dump.triage?.info ?? dump.reading?.info;

/** The initial place: the first memory in the dump, which on many machines is not at 0. */
export function firstPosition(dump: OpenDump | undefined): Position {
  const starts = (dump === undefined ? undefined : infoOf(dump))?.memory.ranges.map(({ start }) => BigInt(start)) ?? [];
  const [first = 0n, ...others] = starts;
  return { space: 'absolute', address: others.reduce((least, one) => (one < least ? one : least), first), length: 1 };
}

/** End of the last range that the dump describes; 0 if it has no memory. */
export function memoryEnd(dump: OpenDump): bigint {
  const ends = [infoOf(dump)?.memory.end, ...(dump.regions ?? []).map(({ end }) => end)].flatMap((end) => (end === undefined ? [] : [BigInt(end)]));
  return ends.reduce((last, end) => (end > last ? end : last), 0n);
}
