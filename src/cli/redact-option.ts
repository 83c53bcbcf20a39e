/** The option that says what a report leaves out. */
import * as v from 'valibot';
import { readGivenText } from '../files/given-file.ts';
import { allRules, redactionSchema, redactRuleIds, redactRules, type Redaction } from '../shared/redact-rules.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

export const redactOption: CommandOption = {
  flags: '--redact <rules>',
  description: `remove these from the output, separated by commas: ${redactRuleIds.join(', ')}; ${allRules} for all of them; or a JSON file with rules and patterns (*.json)`,
  values: { words: () => [...redactRuleIds, allRules], isList: true },
};

const mostBytes = 1 << 20;

function fromFile(path: string): Redaction {
  const text = readGivenText(path, { what: 'a redaction rules file', most: mostBytes });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--redact: ${path} is not JSON`);
  }
  const parsed = v.safeParse(redactionSchema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(`--redact: ${path}: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`);
}

/**
 * @returns undefined where nothing is to be taken out
 * @throws UsageError for a rule that there is not
 * @throws DumpError io for a file that cannot be read
 */
export function redactionOf({ redact }: OptionValues): Redaction | undefined {
  if (typeof redact !== 'string') return undefined;
  if (redact.endsWith('.json')) return fromFile(redact);
  const words = redact.split(',').map((word) => word.trim());
  if (words.includes(allRules)) return { rules: [...redactRuleIds] };
  const unknown = words.find((word) => !redactRules.some(({ id }) => id === word));
  if (unknown !== undefined) throw new UsageError(`--redact: "${unknown}" is not one of ${allRules}, ${redactRuleIds.join(', ')}`);
  return { rules: redactRuleIds.filter((id) => words.includes(id)) };
}
