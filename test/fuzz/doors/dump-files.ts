/** Dump files of every format: the golden cases, a capsule, and the bundled samples, changed at the fields of their headers, their notes, and their records. */
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { caseFiles, type CaseFile } from '../../case-files.ts';
import { askEverything } from '../../faults/hostile-dump.ts';
import { patchedSource } from '../../patched-source.ts';
import { boundedSource } from '../bounded-source.ts';
import { drawByteSteps, withByteSteps, type ByteBase, type Place } from '../byte-steps.ts';
import type { Door } from '../door.ts';
import type { Step } from '../step.ts';

/** Fields of the headers, note headers, and bytes of what identifies the dump; and what lies in a row: segments and notes. */
function structureOf(file: CaseFile): Pick<ByteBase, 'fields' | 'records'> {
  try {
    const { image } = sessionOn(memorySource(file.name, file.bytes), undefined, { companions: () => file.companions });
    const structures = image.structures.flatMap(({ where, fields: list }) =>
      where !== undefined && 'fileOffset' in where ? list.map(({ offset, size }) => ({ offset: where.fileOffset + offset, size })) : [],
    );
    const notes = image.notes.flatMap(({ fileOffset }) => [0, 4, 8].map((offset) => ({ offset: fileOffset + offset, size: 4 })));
    const headers = image.headerRanges.map((range) => ({ offset: range.offset, size: range.bytes }));
    const segments = [...image.segments].map(({ fileOffset, fileBytes }) => ({ offset: fileOffset, size: fileBytes }));
    const whole: readonly Place[] = [...segments, ...image.notes.map(({ fileOffset, desc }) => ({ offset: fileOffset, size: 20 + desc.length }))];
    return {
      fields: [...structures.filter(({ size }) => size <= 8), ...notes, ...headers.filter(({ size }) => size > 0)],
      records: whole.filter(({ offset, size }) => size > 0 && size <= 1 << 20 && offset + size <= file.bytes.length),
    };
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return { fields: [{ offset: 0, size: Math.min(4096, file.bytes.length) }], records: [] };
  }
}

/** Without a copy where nothing moves. */
function changedSource(file: CaseFile, steps: readonly Step[], baseNamed: (name: string) => Uint8Array): ByteSource {
  const patches = steps.flatMap((step) => (step.do === 'set' ? [{ offset: step.at, bytes: Buffer.from(step.hex, 'hex') }] : []));
  return patches.length === steps.length
    ? patchedSource(memorySource(file.name, file.bytes), patches)
    : memorySource(file.name, withByteSteps(file.bytes, steps, baseNamed));
}

/** All questions together; the largest of the whole cases takes a tenth of it. */
const boundOf = (size: number) => ({ reads: 200_000, bytes: 64 * 2 ** 20 + 16 * size });

export const dumpFiles: Door = {
  name: 'dump-files',
  about: 'dumps of every format: answers with findings, or a DumpError that names the file',
  seconds: 20,
  least: 970,
  open() {
    const files = new Map(caseFiles().map((file) => [file.name, file]));
    const known = new Map<string, ByteBase>();
    const fileNamed = (name: string): CaseFile => {
      const file = files.get(name);
      if (file === undefined) throw new Error(`no case is named ${name}`);
      return file;
    };
    const baseOf = (name: string): ByteBase => {
      const file = fileNamed(name);
      const base = known.get(name) ?? { name, bytes: file.bytes, ...structureOf(file) };
      known.set(name, base);
      return base;
    };
    const names = [...files.keys()];
    return {
      bases: names,
      draw: (base, random) => drawByteSteps(baseOf(base), [baseOf(names[random.below(names.length)] ?? base)], random),
      async attempt(base, steps) {
        const file = fileNamed(base);
        const source = changedSource(file, steps, (name) => fileNamed(name).bytes);
        const outcome = await askEverything(boundedSource(source, boundOf(source.size)), file.companions, base);
        // Opening and the six questions of `answersOf`.
        return outcome === undefined ? { outcome: 'refused', calls: 1 } : { outcome: 'answered', calls: 7 };
      },
    };
  },
};
