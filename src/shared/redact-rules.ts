/** What a report can be redacted by: rules by name, and patterns of a person's own. */
import * as v from 'valibot';
import { count } from './json-values.ts';

export interface RedactRule {
  readonly id: RedactRuleId;
  readonly title: string;
  /** What it takes out, for help and dialogs. */
  readonly about: string;
}

export const redactRuleIds = ['nodename', 'ipv4', 'ipv6', 'mac', 'serial', 'command-lines', 'comm', 'paths', 'bytes', 'log'] as const;
export type RedactRuleId = (typeof redactRuleIds)[number];

const words: Readonly<Record<RedactRuleId, readonly [title: string, about: string]>> = {
  nodename: ['Node names', 'the node name wherever it occurs, with and without its domain'],
  ipv4: ['IPv4 addresses', 'four numbers separated by dots'],
  ipv6: ['IPv6 addresses', 'in any of their forms'],
  mac: ['MAC addresses', 'six pairs of hexadecimal digits or more, and world wide names of adapters'],
  serial: ['Serial numbers', 'the serial number of the machine wherever it occurs'],
  'command-lines': ['Command lines', 'of the kernel and of processes, and the parameters in them wherever they occur'],
  comm: ['Names of user processes', 'the names (comm) of user processes wherever a value of the dump has them as a word'],
  paths: ['File paths', 'absolute paths, with the names of devices and sockets'],
  bytes: ['Bytes of memory', 'bytes that checks and analyses show, as digits and as text'],
  log: ['Log text', 'the kernel log as a whole, and its lines wherever they are quoted'],
};

export const redactRules: readonly RedactRule[] = redactRuleIds.map((id) => ({ id, title: words[id][0], about: words[id][1] }));

/** All rules by one word. */
export const allRules = 'all';

const longestPattern = 1000;
function isPattern(text: string): boolean {
  try {
    return !new RegExp(text, 'gu').test('');
  } catch {
    return false;
  }
}

/** A file of rules. Patterns are regular expressions of JavaScript that match something. */
export const redactionSchema = v.strictObject({
  rules: v.array(v.picklist(redactRuleIds)),
  patterns: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          /** Is in the place of what was found. */
          name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens')),
          pattern: v.pipe(v.string(), v.maxLength(longestPattern), v.check(isPattern, 'it is not a valid regular expression, or it matches nothing')),
        }),
      ),
      v.maxLength(100),
    ),
  ),
});
export type Redaction = v.InferOutput<typeof redactionSchema>;

/** What was taken out of a report, and what no rule can promise. */
export const redactedSchema = v.strictObject({
  rules: v.array(v.strictObject({ id: v.string(), title: v.string(), values: count, places: count })),
  limits: v.array(v.string()),
});
export type RedactedJson = v.InferOutput<typeof redactedSchema>;
