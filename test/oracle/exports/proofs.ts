/** Exports that crash and drgn opened, with what they printed: recorded/, written by record.ts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { exportPlan } from '../../../src/analysis/engine/export/plan.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { runExport } from '../../../src/analysis/export/export-job.ts';
import { exportNoteOwner } from '../../../src/analysis/formats/export-note.ts';
import { exportWriters } from '../../../src/analysis/export/writers.ts';
import { openResumable } from '../../../src/files/resumable-output.ts';
import { dumpFile } from '../../dumps.ts';

export interface Proof {
  readonly name: string;
  readonly dump: string;
  readonly format: 'elf' | 'kdump';
  /** zlib of another machine may write other bytes for the same pages. */
  readonly compression?: 'none' | 'zstd';
}

export const proofs: readonly Proof[] = [
  { name: 'stand-alone-to-elf', dump: 'o-herc-fba-ext.s390', format: 'elf' },
  { name: 'qemu-s390x-to-kdump', dump: 'o-small-s5-qemu.elf', format: 'kdump', compression: 'zstd' },
  { name: 'x86-kdump-to-elf', dump: 'o-x86-x1-kdump-raw-d31', format: 'elf' },
  { name: 'x86-kdump-to-kdump', dump: 'o-x86-x1-kdump-raw-d31', format: 'kdump', compression: 'zstd' },
];

const recordedSchema = v.record(v.string(), v.strictObject({ sha256: v.string(), openedWith: v.array(v.string()) }));
export type Recorded = v.InferOutput<typeof recordedSchema>;

const folder = new URL('recorded/', import.meta.url);
export const recordedPath = new URL('recorded.json', folder);
export const textPath = (proof: string, tool: string): URL => new URL(`${proof}.${tool}.txt`, folder);
export const recorded = (): Recorded => v.parse(recordedSchema, JSON.parse(readFileSync(recordedPath, 'utf8')));

/** Writes the export of a proof without the note of Dumpbench, which names its version. @returns its SHA-256 */
export async function exportOf({ dump, format, compression }: Proof, path: string): Promise<string> {
  const session = openSession(await dumpFile(dump));
  const { signal } = new AbortController();
  const { plan } = await exportPlan(session, { format, output: path, ...(compression === undefined ? {} : { compression }) }, signal);
  const writer = exportWriters[format];
  const others = plan.notes.others.filter(({ owner }) => owner !== exportNoteOwner);
  const inOrder = plan.notes.inOrder.filter(({ owner }) => owner !== exportNoteOwner);
  if (inOrder.length !== plan.notes.inOrder.length - 1) throw new Error('the export has no note of Dumpbench');
  const output = openResumable(path, { kind: 'export', expected: 'a new file', key: path });
  const { sha256 } = await runExport({ ...plan, notes: { ...plan.notes, others, inOrder } }, writer, output, { signal, progress: () => undefined });
  output.finish();
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256) throw new Error(`${path}: SHA-256 ${found}, and the answer says ${sha256}`);
  return sha256;
}
