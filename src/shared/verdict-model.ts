/** What brought a system to its end, in one class, with a title and keys that are the same wherever the same bug strikes. */
import * as v from 'valibot';
import { count, isoTime } from './json-values.ts';
import { issueStates } from './issue-states.ts';
import { placeSchema } from './model.ts';

/** A closed list: a class is never renamed, and none has a second meaning. */
export const verdictClasses = [
  'null-pointer',
  'bad-pointer',
  'protection',
  'illegal-operation',
  'privileged-operation',
  'data-exception',
  'bug',
  'warning-panic',
  'stack-overflow',
  'list-corruption',
  'slab-corruption',
  'hung-task',
  'deadlock',
  'lock-held',
  'cpu-loop',
  'io-stall',
  'out-of-memory',
  'early-boot',
  'root-file-system',
  'machine-check',
  'disabled-wait',
  'operator-request',
  'hypervisor-request',
  'kdump-failed',
  'running',
  'unknown',
] as const;
export type VerdictClass = (typeof verdictClasses)[number];

const verdictClass = v.picklist(verdictClasses);

const knownIssueMatchSchema = v.strictObject({ text: v.string(), link: v.optional(v.string()) });
export type KnownIssueMatch = v.InferOutput<typeof knownIssueMatchSchema>;

const seenSchema = v.strictObject({
  issue: count,
  status: v.picklist(issueStates),
  /** Other dumps with the same signature. */
  times: count,
  /** First and last of these, by the times of the crashes, else of the dumps; absent where none says one. */
  first: v.optional(isoTime),
  last: v.optional(isoTime),
  note: v.optional(v.string()),
  links: v.array(v.string()),
});
export type SeenIssue = v.InferOutput<typeof seenSchema>;

export const verdictSchema = v.strictObject({
  /** The first cause that evidence ties to the end of the system, or to the moment of the dump. */
  class: verdictClass,
  /** What else was wrong. */
  contributing: v.array(verdictClass),
  /** One line: kind and function, without addresses, pids and what compilers append to names. */
  title: v.string(),
  signature: v.strictObject({
    /** Build id of the kernel, function and offset. */
    exact: v.optional(v.string()),
    /** SHA-256 of the first six meaningful functions, innermost first. */
    stack: v.optional(v.string()),
    title: v.string(),
  }),
  /** Functions that `signature.stack` was made from. */
  frames: v.array(v.string()),
  /** Where each comes from is part of its text. */
  evidence: v.array(v.strictObject({ text: v.string(), where: v.optional(placeSchema) })),
  /** Of `unknown`, `running`, requests, and a disabled wait before which a panic could not be seen: what was looked for, and what could not be seen. */
  excluded: v.optional(v.array(v.strictObject({ classes: v.array(verdictClass), why: v.string() }))),
  /** Those of a list that the user gave that fit; absent without a list. */
  knownIssues: v.optional(v.array(knownIssueMatchSchema)),
  /** The issue of a fleet's catalogue that has its signature; absent where none has, and where no catalogue was asked. */
  seen: v.optional(seenSchema),
});
export type VerdictJson = v.InferOutput<typeof verdictSchema>;
