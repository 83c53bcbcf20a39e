/** z/VM VMDUMP files: header facts, CPU registers of the information record, pages (formats/s390-dump.md section 7). */
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';
import type { Steps } from '../jobs/steps.ts';
import { parse, view, type StructView } from '../layout/struct.ts';
import { faultText, readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage, type RecordedCpu } from './dump-format.ts';
import { fileMark } from './file-mark.ts';
import { vmdumpInformation, vmdumpMap, vmdumpOtherCpu, vmdumpRecordBytes, vmdumpSpace, vmdumpSymptom } from './vmdump-layout.ts';
import { vmdumpPages } from './vmdump-pages.ts';
import { RangeColumns } from './range-columns.ts';

const symptomId = 'e2d9';
const dumpType = 'e5d4c4e4d4d74040';
const mapId = 'c8c3d7c4c6d4c2d2';
const spaceId = 'c1e2c9e9c2d24040';
const firFormat64Big = 0x02;
/** 16 TiB: no guest of z/VM has more. */
const maxPages = 2 ** 32;
const maxCpus = 512;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Position of a record: they are counted from 1. */
function recordAt(source: ByteSource, record: number, what: string): number {
  if (record < 1)
    throw new DumpError('corrupt', { file: source.name, offset: vmdumpRecordBytes }, `the number of the ${what} is 0`, 'a record number of 1 or more');
  return (record - 1) * vmdumpRecordBytes;
}

interface Cpus {
  readonly cpus: readonly RecordedCpu[];
  readonly structures: readonly StructView[];
  readonly findings: readonly Finding[];
  readonly storageSize: bigint;
  readonly tod: bigint;
  readonly bytes: number;
}

function readCpuRecords(source: ByteSource, at: number): Cpus {
  const data = readExactly(source, at, vmdumpInformation.size, 'the dump information record');
  const first = parse(vmdumpInformation, data);
  if (first.fir_format !== firFormat64Big) {
    const what = `the dump information record has format 0x${first.fir_format.toString(16)}`;
    throw new DumpError('unsupported', { file: source.name, offset: at + 187 }, what, '0x2 (64big)');
  }
  const structures: StructView[] = [view(vmdumpInformation, data, { where: { fileOffset: at } })];
  const cpus: RecordedCpu[] = [
    {
      cpuAddress: first.cpu_addr,
      prefix: first.prefix,
      psw: { mask: first.psw_mask, address: first.psw_addr },
      gprs: first.gprs,
      acrs: first.acrs,
      crs: first.crs,
      fprs: first.fprs,
      fpc: first.fpc,
      timer: first.cpu_timer,
      clockComparator: first.clock_comparator,
      todProgrammable: first.todpreg,
      todClock: first.tod,
    },
  ];
  const findings: Finding[] = [];
  const block = new Uint8Array(vmdumpOtherCpu.size);
  let position = at + vmdumpInformation.size;
  for (let index = 0; index < first.online_cpus; index += 1, position += block.length) {
    const got = index >= maxCpus || position >= source.size ? 0 : source.readInto(position, block);
    if (got < block.length) {
      const fault = source.faultAt?.(position + got);
      findings.push({
        id: 'container-complete/cpu-records',
        severity: 'error',
        title: 'Records of CPUs are missing',
        detail: `the information record counts ${first.online_cpus} other CPUs; only ${index} ${fault === undefined ? 'are in the file' : `can be read: ${faultText(fault)}`}`,
        where: fault === undefined ? { fileOffset: at + 912, bytes: 2 } : { fileOffset: position, bytes: block.length },
      });
      break;
    }
    const other = parse(vmdumpOtherCpu, block);
    structures.push(view(vmdumpOtherCpu, block, { where: { fileOffset: position } }));
    cpus.push({
      cpuAddress: other.cpu_addr,
      prefix: other.prefix,
      psw: { mask: other.psw_mask, address: other.psw_addr },
      gprs: other.gprs,
      acrs: other.acrs,
      crs: other.crs,
      fprs: other.fprs,
      fpc: other.fpc,
      timer: other.cpu_timer,
      clockComparator: other.clock_comparator,
      todProgrammable: other.todpreg,
    });
  }
  return { cpus, structures, findings, storageSize: first.storage_size, tod: first.tod, bytes: position - at };
}

function* open(source: ByteSource): Steps<DumpImage> {
  yield;
  const symptomBytes = readExactly(source, 0, vmdumpSymptom.size, 'the symptom record');
  const symptom = parse(vmdumpSymptom, symptomBytes);
  const mapBytes = readExactly(source, vmdumpRecordBytes, vmdumpMap.size, 'the map record');
  const map = parse(vmdumpMap, mapBytes);
  if (hexOf(map.id) !== mapId) throw new DumpError('corrupt', { file: source.name, offset: vmdumpRecordBytes }, 'record 2 is not the map record', '"HCPDFMBK"');
  const informationAt = recordAt(source, map.rec_nr_fir, 'information record');
  const cpus = readCpuRecords(source, informationAt);
  const spaceAt = recordAt(source, map.rec_nr_access, 'access list record') + vmdumpRecordBytes;
  const spaceBytes = readExactly(source, spaceAt, vmdumpSpace.size, 'the record of the address space');
  const space = parse(vmdumpSpace, spaceBytes);
  if (hexOf(space.id) !== spaceId)
    throw new DumpError('corrupt', { file: source.name, offset: spaceAt }, 'there is no record of the address space', '"ASIZBK"');
  const count = Math.min(space.range_count, 64);
  let end = count === 0 ? space.storage_size : 0n;
  for (let index = 0; index < count; index += 1) {
    const last = (space.ranges[2 * index + 1] ?? 0n) + 1n;
    if (last > end) end = last;
  }
  const pages = (end + BigInt(pageSize) - 1n) / BigInt(pageSize);
  if (pages > BigInt(maxPages))
    throw new DumpError('corrupt', { file: source.name, offset: spaceAt }, `the storage ends at 0x${end.toString(16)}`, 'at most 16 TiB');
  const { memory, stored, findings: pageFindings } = yield* vmdumpPages(source, spaceAt + vmdumpRecordBytes, Number(pages));
  const findings = [...cpus.findings, ...pageFindings];
  const dumpStart = todToIso(symptom.tod) ?? todToIso(cpus.tod);
  return {
    format: 'vmdump',
    source,
    container: {
      producer: fact('z/VM VMDUMP', 'symptom record'),
      flattened: false,
      complete: fact(!findings.some((finding) => finding.severity === 'error'), 'records, bit maps and file size'),
      storedBytes: stored * pageSize,
    },
    machine: { arch: 's390x', endian: 'big', bits: 64, cpuCount: cpus.cpus.length, realMemory: cpus.storageSize },
    times: dumpStart === undefined ? {} : { dumpStart: fact(dumpStart, 'TOD clock in the symptom record') },
    memory,
    ranges: RangeColumns.merged([{ start: 0n, end }]),
    segments: [],
    notes: [],
    prefixes: cpus.cpus.map((cpu) => cpu.prefix),
    recordedCpus: cpus.cpus,
    structures: [
      view(vmdumpSymptom, symptomBytes, { where: { fileOffset: 0 } }),
      view(vmdumpMap, mapBytes, { where: { fileOffset: vmdumpRecordBytes } }),
      ...cpus.structures,
      view(vmdumpSpace, spaceBytes, { where: { fileOffset: spaceAt } }),
    ],
    findings,
    headerRanges: [
      { offset: 0, bytes: 2 * vmdumpRecordBytes },
      { offset: informationAt, bytes: cpus.bytes },
      { offset: spaceAt, bytes: vmdumpRecordBytes },
    ],
  };
}

export const vmdump: DumpFormat = {
  id: 'vmdump',
  title: 'z/VM VMDUMP',
  about: 'the z/VM command VMDUMP',
  extensions: ['vmdump', 'dump'],
  fileType: {
    extension: 'vmdump',
    mimeType: 'application/x-vmdump',
    title: 'z/VM VMDUMP',
    magic: [[fileMark(0, Buffer.from(symptomId, 'hex')), fileMark(56, Buffer.from(dumpType, 'hex'))]],
  },
  probe(head) {
    if (head.length < 64 || hexOf(head.subarray(0, 2)) !== symptomId || hexOf(head.subarray(56, 64)) !== dumpType) return no;
    return head.length < vmdumpRecordBytes ? broken(head.length, `the file ends after ${head.length} bytes`, 'records of 4096 bytes') : yes;
  },
  open,
};
