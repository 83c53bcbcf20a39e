/** JSON of `dumpbench doctor`: what of this machine will not work, and why. */
import * as v from 'valibot';
import { schemaVersion } from './model.ts';

export const machinePartIds = [
  'installation',
  'node',
  'sqlite',
  'cache-folder',
  'temporary-folder',
  'threads',
  'memory',
  'open-files',
  'locale',
  'display',
  'desktop-program',
  'sandbox',
  'pdf',
] as const;

/** `limited`: what is named does not work, all else does. `broken`: commands fail. */
export const machineStates = ['fine', 'limited', 'broken'] as const;

export const machinePartSchema = v.strictObject({
  id: v.picklist(machinePartIds),
  title: v.string(),
  state: v.picklist(machineStates),
  /** What was found, in a sentence. */
  found: v.string(),
  /** Where it is not fine: what will not work. */
  effect: v.optional(v.string()),
  /** What a person can do about it. */
  remedy: v.optional(v.string()),
});
export type MachinePart = v.InferOutput<typeof machinePartSchema>;

export const doctorSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  tool: v.strictObject({ name: v.string(), version: v.string() }),
  platform: v.string(),
  arch: v.string(),
  parts: v.array(machinePartSchema),
});
