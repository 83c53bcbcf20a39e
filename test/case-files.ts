/** Every dump that our own builders make for the tests: golden cases, a capsule, and the bundled samples. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ByteSource } from '../src/analysis/source/byte-source.ts';
import { memorySource } from '../src/analysis/source/memory-source.ts';
import { bundledSamples } from '../src/samples/bundled.ts';
import { buildCaseFiles } from '../src/samples/case-text.ts';
import { builtCase, fixedKeys } from './unit/capsule/built-case.ts';

export interface CaseFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The other files of the set. */
  readonly companions: readonly ByteSource[];
}

const folder = new URL('cases/', import.meta.url);

function caseFile(name: string): CaseFile {
  const [first, ...others] = [...buildCaseFiles(readFileSync(new URL(name, folder), 'utf8'))];
  if (first === undefined) throw new Error(`${name} describes no file`);
  return { name, bytes: first[1], companions: others.map(([other, bytes]) => memorySource(other, bytes)) };
}

export function caseFiles(): readonly CaseFile[] {
  const cases = readdirSync(folder).filter((name) => name.endsWith('.dump'));
  const signed = { name: 'capsule.dumpcase', bytes: builtCase(fixedKeys()), companions: [] };
  return [...cases.map(caseFile), signed, ...bundledSamples().map(({ name, bytes }) => ({ name, bytes, companions: [] }))];
}
