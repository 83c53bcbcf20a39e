/**
 * What a person chose to overlook when two dumps are compared: a versioned file, also kept by the window. A rule never
 * hides a difference: it stays listed with the name of the rule.
 */
import * as v from 'valibot';
import { rangeSchema } from './model.ts';

const ignorePresets = ['time', 'timers'] as const;
export type IgnorePreset = (typeof ignorePresets)[number];

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

const ignoreRuleSchema = v.strictObject({
  name,
  /** time: fields that hold a moment (TOD clock, CRASHTIME) · timers: CPU timers, clock comparators, accounted times. */
  preset: v.optional(v.picklist(ignorePresets)),
  /** `section.field` with `*` for any text: "lowcore.*timer", "cpus.r2", "vmcoreinfo.*". */
  fields: v.optional(v.array(v.pipe(v.string(), v.maxLength(200)))),
  /** Absolute addresses in the left dump. */
  ranges: v.optional(v.array(rangeSchema)),
});

/** Raised by a breaking change of the shape. */
const ignoreRulesVersion = 1;

export const ignoreRulesSchema = v.strictObject({
  schema: v.literal(ignoreRulesVersion),
  /** Name of the whole set, as reports give it. */
  name,
  rules: v.pipe(v.array(ignoreRuleSchema), v.maxLength(1000)),
});
export type IgnoreRules = v.InferOutput<typeof ignoreRulesSchema>;

/**
 * Whether a text fits a pattern in which `*` stands for any text. Takes time in proportion to the product of both
 * lengths at worst, never more.
 */
export function fitsPattern(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern;
      starAt = at;
      inPattern += 1;
    } else if (pattern[inPattern] === text[at]) {
      at += 1;
      inPattern += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      inPattern = star + 1;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
