/** Inputs that once failed: one small JSON file each, replayed by every run of the tests. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { stepSchema } from './step.ts';
import type { Input } from './tries.ts';

const keptSchema = v.strictObject({
  door: v.string(),
  base: v.string(),
  steps: v.array(stepSchema),
  /** What came of it when it was found. */
  found: v.string(),
  /** What has to come of it; without it an answer and a documented error are both right. */
  expected: v.optional(v.picklist(['answered', 'refused'])),
});
export type KeptCase = v.InferOutput<typeof keptSchema>;

const folder = new URL('kept/', import.meta.url);

export const keptCases = (): readonly (readonly [name: string, kept: KeptCase])[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, v.parse(keptSchema, JSON.parse(readFileSync(new URL(name, folder), 'utf8')))] as const);

/** @returns the path of the file */
export function keepCase({ door, base, steps }: Input, found: string): string {
  const text = `${JSON.stringify({ door, base, steps: [...steps], found } satisfies KeptCase, undefined, 2)}\n`;
  const digest = createHash('sha256')
    .update(JSON.stringify([door, base, steps]))
    .digest('hex')
    .slice(0, 10);
  const path = fileURLToPath(new URL(`${door}-${digest}.json`, folder));
  writeFileSync(path, text);
  return path;
}
