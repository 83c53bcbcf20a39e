/** PT_LOADs as pieces of memory (elf-vmcore.md section 2, "Memory rules"). */
import type { Finding } from '../../shared/model.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, type ByteSource, type FileFault } from '../source/byte-source.ts';
import type { Segment } from './dump-format.ts';
import type { ProgramHeader } from './elf-layout.ts';
import { LimitedFindings } from './finding-limit.ts';
import { PieceColumns } from './piece-columns.ts';
import { ElfSegments, type Loads } from './elf-segments.ts';

/** No file and no machine is larger: beyond it is a damaged number, which would lose digits as a count. */
const largest = BigInt(Number.MAX_SAFE_INTEGER);

/** QEMU marks memory that it did not store with p_filesz 0 and p_offset -1. */
const isNotStored = (load: ProgramHeader): boolean => load.p_filesz === 0n && load.p_offset >= 1n << 63n;

/** Whether a PT_LOAD can be what it claims. */
const isPossible = ({ p_paddr, p_memsz, p_filesz, p_offset }: ProgramHeader): boolean =>
  p_paddr + p_memsz <= largest && (p_filesz === 0n || p_offset + p_filesz <= largest);

/** Why it cannot, or undefined. */
function impossible(load: ProgramHeader, index: number): Finding | undefined {
  const end = load.p_paddr + load.p_memsz;
  const range = `PT_LOAD ${index} claims 0x${load.p_memsz.toString(16)} bytes of memory at 0x${load.p_paddr.toString(16)}`;
  if (end > 1n << 64n) return { id: 'segments/wrap', severity: 'error', title: 'A PT_LOAD leaves the address space', detail: `${range}; it is left out` };
  if (end > largest)
    return { id: 'segments/impossible', severity: 'error', title: 'A PT_LOAD claims memory that no machine has', detail: `${range}; it is left out` };
  if (load.p_filesz > 0n && load.p_offset + load.p_filesz > largest) {
    const detail = `PT_LOAD ${index} claims 0x${load.p_filesz.toString(16)} bytes of the file at 0x${load.p_offset.toString(16)}; it is left out`;
    return { id: 'segments/impossible', severity: 'error', title: 'A PT_LOAD claims bytes that no file has', detail };
  }
  return undefined;
}

/** What says that the memory of the segments which were left out is missing, and so that the dump is not complete. */
function leftOutFinding(leftOut: number, count: number): Finding {
  const all = count === 1 ? 'the only PT_LOAD' : `all ${count} PT_LOADs`;
  const which = leftOut === count ? all : `${leftOut} of ${count} PT_LOADs`;
  const claims = leftOut === 1 ? 'claims an impossible range, and is left out' : 'claim impossible ranges, and are left out';
  return {
    id: 'container-complete/loads-left-out',
    severity: 'error',
    title: leftOut === 1 ? 'A PT_LOAD could not be used' : 'PT_LOADs could not be used',
    detail: `${which} ${claims}: what memory the dump holds there is not known`,
    recorded: `${count}`,
    computed: `${count - leftOut}`,
  };
}

export interface LoadPieces {
  readonly pieces: PieceColumns;
  readonly segments: ElfSegments;
  readonly findings: readonly Finding[];
}

/**
 * @param loads in the order of their headers
 * @param count of them
 * @param producer who wrote the file, where that is known: it decides what p_filesz < p_memsz means
 * @param lostNotes why notes that would tell the producer cannot be read
 */
export function* loadPieces(loads: Loads, count: number, producer: string | undefined, lostNotes?: FileFault): Steps<LoadPieces> {
  const stored = new PieceColumns(count);
  const tails = new PieceColumns();
  const segments = new ElfSegments(loads, isPossible);
  const findings = new LimitedFindings();
  let index = -1;
  let leftOut = 0;
  for (const load of loads(0)) {
    index += 1;
    if (index % stepTurns === 0) yield;
    if (!isPossible(load)) {
      const wrong = impossible(load, index);
      if (wrong !== undefined) findings.push(wrong);
      leftOut += 1;
      continue;
    }
    const memory = load.p_memsz;
    const held = load.p_filesz < memory ? load.p_filesz : memory;
    if (load.p_filesz > memory) {
      findings.push({
        id: 'segments/filesz',
        severity: 'warning',
        title: 'A PT_LOAD holds more bytes in the file than in memory',
        detail: `PT_LOAD ${index} has p_filesz 0x${load.p_filesz.toString(16)} and p_memsz 0x${memory.toString(16)}; the surplus is not memory`,
      });
    }
    const notStored = isNotStored(load);
    const offset = load.p_filesz === 0n ? 0 : Number(load.p_offset);
    segments.add(load, index);
    const start = load.p_paddr + held;
    const end = load.p_paddr + memory;
    if (held > 0n) stored.push({ start: load.p_paddr, end: start, state: 'stored', fileOffset: offset });
    if (start === end) continue;
    if (notStored) tails.push({ start, end, state: 'missing', reason: 'the producer did not store it' });
    else if (lostNotes !== undefined && held === 0n)
      tails.push({ start, end, state: 'unreadable', reason: `whether it is zero or was filtered is not known without the notes: ${faultText(lostNotes)}` });
    else if (held === 0n && producer === 'zgetdump') tails.push({ start, end, state: 'zero', reason: 'zgetdump stores zero memory as p_filesz 0' });
    else tails.push({ start, end, state: 'excluded', reason: 'p_filesz is smaller than p_memsz: filtered by the dump tool' });
  }
  // Excluded, missing and zero tails may be covered by stored bytes of another segment, never the other way round.
  for (let at = 0; at < tails.length; at += 1) {
    if (at % stepTurns === 0) yield;
    stored.push(tails.at(at));
  }
  if (leftOut > 0) findings.push(leftOutFinding(leftOut, count));
  return { pieces: stored, segments, findings: findings.all() };
}

/** PT_LOADs whose bytes are not all in the file: how many, and findings for the first of them. */
export function truncationFindings(source: ByteSource, segments: Iterable<Segment>): readonly Finding[] {
  const findings = new LimitedFindings();
  // That its disk does not give the rest is said of the packed file.
  if (source.rest?.fault !== undefined) return [];
  for (const load of segments) {
    if (load.fileOffset + load.fileBytes <= source.size) continue;
    const there = Math.max(0, source.size - load.fileOffset);
    const end = load.start + load.memoryBytes;
    const from = load.start + BigInt(Math.min(there, Number(load.memoryBytes)));
    findings.push({
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'The file is cut off',
      detail: `PT_LOAD ${load.index} needs ${load.fileBytes} bytes from file offset 0x${load.fileOffset.toString(16)}; the file ends after ${there} of them`,
      // Surplus file bytes are not memory: then only the file can say what is missing.
      where:
        from < end
          ? { space: 'absolute', start: `0x${from.toString(16)}`, end: `0x${end.toString(16)}` }
          : { fileOffset: source.size, bytes: load.fileOffset + load.fileBytes - source.size },
      recorded: `${load.fileOffset + load.fileBytes} bytes`,
      computed: `${source.size} bytes`,
    });
  }
  return findings.all();
}
