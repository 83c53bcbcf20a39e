/** JSON of `dumpbench completion`. */
import * as v from 'valibot';
import { schemaVersion } from './model.ts';

export const completionShells = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof completionShells)[number];

export const completionSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  shell: v.picklist(completionShells),
  /** What the shell reads. */
  script: v.string(),
});
