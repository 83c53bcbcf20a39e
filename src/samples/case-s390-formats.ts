import { given, safeNumber } from './case-arguments.ts';
import { formatOptions, singleFile, yesNo, type CaseFormat } from './case-format.ts';
import type { CaseDraft } from './case-draft.ts';
import { parseNumber } from './case-words.ts';
import { lkcd, type LkcdOptions } from './lkcd.ts';
import { s390Ext, type S390ExtOptions } from './s390-ext.ts';
import { s390Mv, s390MvExt, type S390MvOptions } from './s390-mv.ts';
import { s390Standalone, type S390Header, type S390StandaloneOptions } from './s390-standalone.ts';
import type { SegmentCompression } from './s390-segments.ts';
import { s390Tape } from './s390-tape.ts';
import type { System } from './system.ts';
import { vmdump, type VmdumpOptions } from './vmdump.ts';

const s390HeaderFields = [
  'magic',
  'version',
  'hdrSize',
  'dumpLevel',
  'pageSize',
  'memSize',
  'memStart',
  'memEnd',
  'numPages',
  'tod',
  'cpuId',
  'arch',
  'volnr',
  'buildArch',
  'memSizeReal',
  'mvdump',
  'cpuCnt',
  'realCpuCnt',
  'zlibVersion',
  'zlibEntrySize',
  'mvdumpSign',
  'mvdumpZiplTime',
] as const satisfies readonly (keyof S390Header)[];

const wideFields: ReadonlySet<string> = new Set(['magic', 'memSize', 'memStart', 'memEnd', 'tod', 'cpuId', 'memSizeReal', 'mvdumpSign', 'mvdumpZiplTime']);

/** The `header` statements of a case as changes of an s390 header; names as in S390Header. */
function s390HeaderChanges(draft: CaseDraft): Partial<S390Header> {
  const changes: Record<string, bigint | number> = {};
  for (const [name, value] of draft.header) {
    if (!s390HeaderFields.some((field) => field === name)) throw new Error(`the header has no field "${name}"; fields: ${s390HeaderFields.join(', ')}`);
    changes[name] = wideFields.has(name) ? value : Number(value);
  }
  return changes;
}

/** `end=TOD` or `end=none`. */
const endTodOf = (text: string | undefined): bigint | 'none' | undefined => (text === undefined || text === 'none' ? text : parseNumber(text));

const s390: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const producer = values.keyedChoice('producer', ['zipl', 'zgetdump'] as const);
  const endTod = endTodOf(values.keyedText('end'));
  values.end();
  return singleFile(s390Standalone(draft.system(), given<S390StandaloneOptions>({ producer, header: s390HeaderChanges(draft), endTod })));
};

const s390ExtFormat: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const version = values.keyedSafe('version');
  const compressed = yesNo(values, 'compressed');
  const blockSize = values.keyedSafe('block');
  const entrySize = values.keyedSafe('entry');
  const emptyStop = yesNo(values, 'empty-stop');
  const stop = yesNo(values, 'stop');
  const endTod = endTodOf(values.keyedText('end'));
  values.end();
  const segments = draft.rangesOf('segment');
  const compression = compressed === true ? given<SegmentCompression>({ blockSize, entrySize }) : undefined;
  return singleFile(
    s390Ext(
      draft.system(),
      given<S390ExtOptions>({
        version,
        compression,
        segments: segments.length === 0 ? undefined : segments,
        emptyStop,
        stop,
        header: s390HeaderChanges(draft),
        endTod,
      }),
    ),
  );
};

/** A volume set; `partitions=SIZE,SIZE` gives their sizes. */
const volumes =
  (build: (system: System, options: S390MvOptions) => readonly Uint8Array[]): CaseFormat =>
  (draft, options) => {
    const values = formatOptions(options);
    const partitions = (values.keyedText('partitions') ?? '').split(',').map((text) => safeNumber(parseNumber(text), 'partitions'));
    const endTod = endTodOf(values.keyedText('end'));
    values.end();
    const files = build(draft.system(), { partitions, ...given<Omit<S390MvOptions, 'partitions'>>({ header: s390HeaderChanges(draft), endTod }) });
    return new Map(files.map((bytes, index) => [`volume-${index}`, bytes]));
  };

const tape: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const extendedMagic = values.keyedChoice('magic', ['plain', 'extended'] as const) === 'extended';
  const shortMarker = yesNo(values, 'short-marker') ?? false;
  values.end();
  return singleFile(s390Tape(draft.system(), { extendedMagic, shortMarker, header: s390HeaderChanges(draft) }));
};

const lkcdFormat: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const compressed = yesNo(values, 'compressed');
  const end = values.keyedChoice('end', ['right', 'last-page-twice', 'zero-four-zero', 'none'] as const);
  const panicString = values.keyedText('panic');
  values.end();
  return singleFile(lkcd(draft.system(), given<LkcdOptions>({ compressed, end, holes: draft.rangesOf('hole'), panicString })));
};

const vmdumpFormat: CaseFormat = (draft, options) => {
  const values = formatOptions(options);
  const format = values.keyedSafe('fir-format');
  const skipZeroPages = yesNo(values, 'skip-zero');
  const ranges = values.keyedChoice('ranges', ['none', 'all'] as const);
  values.end();
  return singleFile(vmdump(draft.system(), given<VmdumpOptions>({ format, skipZeroPages, ranges: ranges === 'none' ? ranges : undefined })));
};

/** The formats of IBM Z that are not ELF or kdump-compressed, by the name that `format` takes. */
export const s390Formats: readonly (readonly [string, CaseFormat])[] = [
  ['s390', s390],
  ['s390-ext', s390ExtFormat],
  ['s390-mv', volumes(s390Mv)],
  ['s390-mv-ext', volumes(s390MvExt)],
  ['s390-tape', tape],
  ['lkcd', lkcdFormat],
  ['vmdump', vmdumpFormat],
];
