import type { CaseDraft } from './case-draft.ts';
import { elfVmcore, type ElfVmcoreOptions } from './elf-vmcore.ts';
import { s390Formats } from './case-s390-formats.ts';
import { flatten, type FlattenOptions } from './flatten.ts';
import { kdumpCompressed, kdumpSplitSet, type KdumpOptions } from './kdump-compressed.ts';
import { avml, lime, type AvmlOptions } from './lime.ts';
import { ngdump, type NgdumpOptions } from './ngdump.ts';
import { pageCodecNames } from './page-codec.ts';
import { pvElf, type PvElfOptions } from './pv-elf.ts';
import { formatOptions, singleFile, yesNo, type CaseFormat } from './case-format.ts';
import { given, safeNumber } from './case-arguments.ts';
import { parseNumber } from './case-words.ts';

const elf: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const producer = values.keyedChoice('producer', ['kernel', 'zgetdump', 'qemu'] as const);
  const vmcoreinfoNote = yesNo(values, 'vmcoreinfo');
  const noteSegments = values.keyedSafe('note-segments');
  const notesLast = yesNo(values, 'notes-last');
  const extendedCount = yesNo(values, 'xnum');
  const flags = values.keyedSafe('flags');
  values.end();
  const loads = draft.loads.length === 0 ? undefined : draft.loads;
  const extraNotes = draft.notes;
  const elfOptions = given<ElfVmcoreOptions>({ extraNotes, producer, loads, vmcoreinfoNote, noteSegments, notesLast, extendedCount, flags });
  return singleFile(elfVmcore(draft.system(), elfOptions));
};

const kdump: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const producer = values.keyedChoice('producer', ['makedumpfile', 'qemu'] as const);
  const codec = values.keyedChoice('codec', [...pageCodecNames, 'mixed'] as const);
  const words = values.keyedChoice('words', ['64', '32-aligned', '32-packed'] as const);
  const version = values.keyedSafe('version');
  const blockSize = values.keyedSafe('block');
  const dumpLevel = values.keyedSafe('level');
  const status = values.keyedSafe('status');
  const singleBitmap = yesNo(values, 'single-bitmap');
  const erase = values.keyedText('erase');
  const split = values.keyedText('split');
  const physBase = values.keyedSafe('phys-base');
  const dataAtBlock = yesNo(values, 'data-at-block');
  const headerSeconds = values.keyedSafe('header-time');
  values.end();
  const holes = draft.rangesOf('hole');
  const kdumpOptions = given<KdumpOptions>({
    producer,
    words,
    version,
    blockSize,
    dumpLevel,
    status,
    singleBitmap,
    physBase,
    dataAtBlock,
    headerSeconds,
    extraNotes: draft.notes,
    holes: holes.length === 0 ? undefined : holes,
    excluded: draft.rangesOf('exclude'),
    lost: draft.rangesOf('lost'),
    header: kdumpHeaderChanges(draft),
    codec: codec === 'mixed' ? (pfn) => pageCodecNames[pfn % pageCodecNames.length] ?? 'none' : codec,
    erase: erase === undefined ? undefined : `${erase}\n`,
  });
  if (split === undefined) return singleFile(kdumpCompressed(draft.system(), kdumpOptions));
  const boundaries = split.split(',').map((text) => safeNumber(parseNumber(text), 'split'));
  const parts = kdumpSplitSet(draft.system(), kdumpOptions, boundaries);
  return new Map(parts.map((bytes, index) => [`part-${index}`, bytes]));
};

const kdumpHeaderFields = ['status', 'blockSize', 'subHdrSize', 'bitmapBlocks', 'maxMapnr', 'nrCpus'] as const;

function kdumpHeaderChanges(draft: CaseDraft): NonNullable<KdumpOptions['header']> {
  const changes: Partial<Record<(typeof kdumpHeaderFields)[number], number>> = {};
  for (const [name, value] of draft.header) {
    const field = kdumpHeaderFields.find((candidate) => candidate === name);
    if (field === undefined) throw new Error(`the header has no field "${name}"; fields: ${kdumpHeaderFields.join(', ')}`);
    changes[field] = Number(value);
  }
  return changes;
}

const pv: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const shared = values.keyedRange('shared');
  values.end();
  return singleFile(pvElf(draft.system(), given<PvElfOptions>({ shared: shared === undefined ? undefined : [shared] })));
};

/** `ranges=START+SIZE,START+SIZE`: what is stored, in the order of the file. */
const ranged =
  (build: typeof avml): CaseFormat =>
  (draft, options) => {
    const values = formatOptions(options);
    const ranges = values.keyedRanges('ranges');
    const chunk = values.keyedSafe('chunk');
    values.end();
    return singleFile(build(draft.system(), given<AvmlOptions>({ ranges, chunk })));
  };

const ng: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const prepared = yesNo(values, 'prepared');
  const sha256 = values.keyedText('sha256');
  const extentsPerFile = values.keyedSafe('extents');
  values.end();
  return singleFile(ngdump(draft.system(), given<NgdumpOptions>({ prepared, sha256, extentsPerFile })));
};

/** Adds `flatten=...` to a format: each of its files becomes a flattened stream. */
const flattenable =
  (format: CaseFormat): CaseFormat =>
  (draft, options) => {
    const values = formatOptions(options);
    const how = values.keyedChoice('flatten', ['plain', 'backwards', 'overwritten', 'sparse', 'no-end'] as const);
    const recordSize = values.keyedSafe('record');
    const inner = new Map([...options].filter(([key]) => key !== 'flatten' && key !== 'record'));
    const files = format(draft, inner);
    if (how === undefined) {
      if (recordSize !== undefined) throw new Error('"record" needs "flatten"');
      return files;
    }
    const flattenOptions = given<FlattenOptions>({
      recordSize,
      backwards: how === 'backwards',
      overwritten: how === 'overwritten',
      sparse: how === 'sparse',
      endRecord: how !== 'no-end',
    });
    return new Map([...files].map(([name, bytes]) => [name, flatten(bytes, flattenOptions)]));
  };

/** Formats by the name that `format` takes. */
export const caseFormats: ReadonlyMap<string, CaseFormat> = new Map<string, CaseFormat>([
  ['elf-vmcore', flattenable(elf)],
  ['kdump-compressed', flattenable(kdump)],
  ['pv-elf', pv],
  ['lime', ranged(lime)],
  ['avml', ranged(avml)],
  ['ngdump', ng],
  ...s390Formats,
]);
