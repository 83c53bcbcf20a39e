import { CaseArguments } from './case-arguments.ts';
import type { CaseDraft } from './case-draft.ts';

/** Turns a finished draft into files; `options` are the key=value words of the format statement. */
export type CaseFormat = (draft: CaseDraft, options: ReadonlyMap<string, string>) => Map<string, Uint8Array>;

/** The result of a format of one file. */
export const singleFile = (bytes: Uint8Array): Map<string, Uint8Array> => new Map([['dump', bytes]]);

/** The format statement's options with the checks of CaseArguments. */
export function formatOptions(options: ReadonlyMap<string, string>): CaseArguments {
  return new CaseArguments([...options].map(([key, text]) => ({ key, text, quoted: false })));
}

/** `key=yes` or `key=no`. */
export function yesNo(values: CaseArguments, key: string): boolean | undefined {
  const choice = values.keyedChoice(key, ['yes', 'no'] as const);
  return choice === undefined ? undefined : choice === 'yes';
}
