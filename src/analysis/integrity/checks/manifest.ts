/** The files of a dump have the digests that a manifest next to them records (sha256sum, hashdeep). */
import { append } from '../../../shared/append.ts';
import { baseName } from '../../../shared/base-name.ts';
import type { Step } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import { markedDigest, overwrittenDigest } from '../../../shared/digest-match.ts';
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { faultText, type ByteSource, type FileFault } from '../../source/byte-source.ts';
import { failed, notRecorded, passed, unreadable, type Check } from '../check.ts';
import { hashFile, hashRange } from '../file-hash.ts';
import type { FileDigests } from '../manifest.ts';

interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Neighbouring bad pieces are one range. */
function merged(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((left, right) => left.start - right.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** Parts of memory that a finding names. */
const namedParts = 4;

/** The memory that lies in a range of the file, where the container stores it as it is. */
function memoryText(image: DumpImage, { start, end }: ByteRange): string {
  const parts: string[] = [];
  for (const extent of image.memory.extents) {
    if (extent.fileOffset === undefined) continue;
    const from = Math.max(start, extent.fileOffset);
    const to = Math.min(end, extent.fileOffset + Number(extent.end - extent.start));
    if (from >= to) continue;
    if (parts.length === namedParts) return `, absolute ${parts.join(', ')} and more`;
    const shift = extent.start - BigInt(extent.fileOffset);
    parts.push(`0x${(BigInt(from) + shift).toString(16)}-0x${(BigInt(to) + shift).toString(16)}`);
  }
  return parts.length === 0 ? '' : `, absolute ${parts.join(', ')}`;
}

const unreadText = (faults: readonly FileFault[]): string => {
  const [first] = faults;
  const bytes = faults.reduce((sum, fault) => sum + fault.bytes, 0);
  return `${bytes} bytes cannot be read, so there is no digest of all${first === undefined ? '' : `: ${faultText(first)}`}`;
};

/** More are counted, but not listed. */
const maxListed = 256;

/** The entry of a file: by its name, or the only one where a manifest names one file and the dump is one. */
function entryOf(entries: readonly FileDigests[], file: ByteSource, files: readonly ByteSource[]): FileDigests | undefined {
  return entries.find((entry) => entry.name === baseName(file.name)) ?? (entries.length === 1 && files.length === 1 ? entries[0] : undefined);
}

/** Why the recorded digest of a whole file is wrong, and not the file: a part of it is right, or all pieces are. */
function whyLineIsWrong({ sha256: recorded, pieces }: FileDigests, computed: string, size: number): string | undefined {
  const overwritten = overwrittenDigest(recorded, computed);
  if (overwritten !== undefined && recorded !== undefined)
    return `${overwritten.bytes - overwritten.equal} of its ${overwritten.bytes} bytes were changed (${markedDigest(recorded, overwritten)}), and the others prove that the file was not`;
  let end = 0;
  for (const piece of [...pieces].sort((left, right) => left.start - right.start)) if (piece.start <= end) end = Math.max(end, piece.end);
  return pieces.length > 0 && end >= size ? 'all pieces of the file are as recorded, so this line is of another file or was changed' : undefined;
}

export const manifestCheck: Check = {
  id: 'manifest',
  title: 'Digests of a manifest',
  failure: 'The dump differs from its manifest.',
  gravity: 97,
  remedy: 'copy-again',
  // Without a manifest nothing is read; who names one wants it checked.
  cost: 'headers',
  needs: ['manifest'],
  async run({ image, evidence, signal }) {
    const { manifest, files } = evidence;
    if (manifest === undefined) return notRecorded('no manifest was given', 'give-manifest');
    const steps: Step[] = [];
    const findings: Finding[] = [];
    const ranges: { fileOffset: number; bytes: number }[] = [];
    let values: { recorded?: string; computed?: string } = {};
    let unread: { readonly name: string; readonly faults: readonly FileFault[] } | undefined;
    for (const file of files) {
      const name = baseName(file.name);
      const entry = entryOf(manifest.files, file, files);
      if (entry === undefined) {
        steps.push({ check: name, detail: 'the manifest does not name it' });
        continue;
      }
      const { sha256, faults } = await hashFile(file, { signal });
      const wholeWrong = entry.sha256 !== undefined && sha256 !== undefined && entry.sha256 !== sha256;
      // Pieces cost a second reading: only when the whole is wrong, cannot be had, or is not recorded.
      const suspect = entry.sha256 === undefined || entry.sha256 !== sha256 ? entry.pieces : [];
      const bad: ByteRange[] = [];
      for (const piece of suspect) {
        const found = await hashRange(file, piece.start, piece.end, signal);
        // A piece that cannot be read is neither right nor wrong.
        if (found === undefined || (found.sha256 !== undefined && found.sha256 !== piece.sha256)) bad.push({ start: piece.start, end: piece.end });
      }
      const line = sha256 !== undefined && wholeWrong && bad.length === 0 ? whyLineIsWrong(entry, sha256, file.size) : undefined;
      if (line !== undefined && sha256 !== undefined && (entry.bytes === undefined || entry.bytes === file.size)) {
        const detail = `recorded SHA-256 ${entry.sha256 ?? ''}, computed ${sha256}: ${line}`;
        steps.push({ check: name, passed: false, detail });
        findings.push({ id: 'manifest/digest', severity: 'error', title: 'A digest in the manifest was changed', detail: `${name}: ${line}` });
        values = { ...defined({ recorded: entry.sha256 }), computed: sha256 };
        continue;
      }
      if (sha256 === undefined) unread ??= { name, faults };
      const size = entry.bytes === undefined || entry.bytes === file.size ? '' : `; it has ${file.size} bytes, but ${entry.bytes} are recorded`;
      if (sha256 === undefined && bad.length === 0 && size === '') {
        steps.push({ check: name, detail: unreadText(faults) });
        continue;
      }
      const right = !wholeWrong && bad.length === 0 && size === '';
      if (entry.sha256 !== undefined && sha256 !== undefined) values = { recorded: entry.sha256, computed: sha256 };
      const all = merged(bad);
      const renamed = entry.name === name ? '' : ` (recorded as ${entry.name})`;
      const detail = right
        ? `SHA-256 ${sha256 ?? ''}${renamed}`
        : `recorded SHA-256 ${entry.sha256 ?? 'of pieces only'}, ${sha256 === undefined ? unreadText(faults) : `computed ${sha256}`}${size}; ${
            all.length > 0 ? `${all.length} bad ${all.length === 1 ? 'range' : 'ranges'}` : 'the manifest has no pieces that would show where'
          }`;
      steps.push({ check: name, passed: right, detail });
      if (right) continue;
      const listed = all.length > 0 ? all.slice(0, maxListed) : [{ start: 0, end: file.size }];
      append(
        ranges,
        listed.map(({ start, end }) => ({ fileOffset: start, bytes: end - start })),
      );
      append(
        findings,
        listed.map(({ start, end }): Finding => ({
          id: 'manifest/range',
          severity: 'error',
          title: 'Bytes of the file differ from those that the manifest recorded',
          detail: `${name}: ${hex(start)} to ${hex(end)}${memoryText(image, { start, end })}`,
          where: { fileOffset: start, bytes: end - start },
        })),
      );
    }
    const wrong = steps.find((step) => step.passed === false);
    // Where all that is wrong are lines of the manifest, the dump is what it was.
    const ofManifest = findings.every(({ id }) => id === 'manifest/digest')
      ? ({ failure: 'The manifest is damaged: the dump is what it recorded.', remedy: 'none' } as const)
      : {};
    if (wrong !== undefined) return failed(`${wrong.check}: ${wrong.detail}`, { steps, findings, ranges, ...values, ...ofManifest });
    if (unread !== undefined) return { ...unreadable(`${unread.name}: ${unreadText(unread.faults)}`), steps };
    if (!steps.some((step) => step.passed === true)) return { ...notRecorded(`${manifest.name} does not name this dump`), steps };
    return passed(`${steps.filter((step) => step.passed === true).length} of ${files.length} ${files.length === 1 ? 'file' : 'files'} as recorded`, {
      steps,
      ...values,
    });
  },
};
