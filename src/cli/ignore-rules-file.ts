/** Ignore rules that a user keeps in a file. */
import * as v from 'valibot';
import { readGivenText } from '../files/given-file.ts';
import { ignoreRulesSchema, type IgnoreRules } from '../shared/ignore-rules.ts';
import { UsageError } from './io.ts';

/** Rules are a page of text; a larger file is something else. */
const maxRulesBytes = 4 << 20;

/**
 * @throws UsageError naming what is wrong with them
 * @throws DumpError io when it is no file that can be read, unsupported when it is larger than any rules
 */
export function readRules(path: string): IgnoreRules {
  const text = readGivenText(path, { what: 'a JSON file of ignore rules', most: maxRulesBytes });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--ignore: ${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = v.safeParse(ignoreRulesSchema, json);
  if (!parsed.success) throw new UsageError(`--ignore: ${path} does not contain valid ignore rules: ${v.summarize(parsed.issues)}`);
  return parsed.output;
}
