/** Ignore rules that a user keeps in a file. */
import { readFileSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { DumpError } from '../shared/dump-error.ts';
import { ignoreRulesSchema, type IgnoreRules } from '../shared/ignore-rules.ts';
import { UsageError } from './io.ts';

/** Rules are a page of text; what is larger is some other file. */
const maxRulesBytes = 4 << 20;

/**
 * @throws UsageError naming what is wrong with them
 * @throws DumpError io when the file cannot be read
 */
export function readRules(path: string): IgnoreRules {
  let text: string;
  try {
    if (statSync(path).size > maxRulesBytes) throw new UsageError(`--ignore: ${path} is too large to be a file of rules`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new DumpError('io', { file: path }, error instanceof Error ? error.message : String(error), 'a JSON file of ignore rules');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--ignore: ${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = v.safeParse(ignoreRulesSchema, json);
  if (!parsed.success) throw new UsageError(`--ignore: ${path} holds no ignore rules: ${v.summarize(parsed.issues)}`);
  return parsed.output;
}
