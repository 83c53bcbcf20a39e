/** `read`: bytes of a dump in any address space. */
import { append } from '../../../shared/append.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { ReadJson } from '../../../shared/memory-model.ts';
import type { AddressSpace } from '../../../shared/model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { realToAbsolute } from '../../arch/s390x/prefixing.ts';
import type { MemoryGap } from '../../layout/absolute-memory.ts';
import { faultText, readAround, type ByteSource } from '../../source/byte-source.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { addressSpace } from './address-space.ts';
import { selectPrefix } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';

export interface ReadRequest {
  readonly space: AddressSpace;
  readonly address: bigint;
  readonly length: number;
  readonly cpu?: number | undefined;
}
export interface ReadAnswer {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly absent: ReadJson['absent'];
}

function readReal(session: Session, request: ReadRequest): ReadAnswer {
  const prefix = selectPrefix(session, request.cpu ?? 0);
  const data = new Uint8Array(request.length);
  const absent: ReadJson['absent'] = [];
  let done = 0;
  while (done < request.length) {
    const address = request.address + BigInt(done);
    const step = Math.min(request.length - done, lowcoreSize - Number(address % BigInt(lowcoreSize)));
    const absolute = realToAbsolute(address, prefix);
    const part = session.memory.read(absolute, step);
    data.set(part.bytes, done);
    append(
      absent,
      part.absences.map((gap) => gapJson(gap, address - absolute)),
    );
    done += step;
  }
  return { data, absent };
}

const gapJson = (gap: MemoryGap, shift = 0n): ReadJson['absent'][number] => ({
  start: hex(gap.start + shift),
  end: hex(gap.end + shift),
  state: gap.state,
  ...defined({ reason: gap.reason }),
});

/** Page by page: neighbours in a virtual address space lie anywhere. A page whose walk fails is missing, with the reason. */
function readVirtual(session: Session, request: ReadRequest): ReadAnswer {
  const space = addressSpace(session, { cpu: request.cpu });
  const data = new Uint8Array(request.length);
  const absent: ReadJson['absent'] = [];
  let done = 0;
  while (done < request.length) {
    const address = request.address + BigInt(done);
    const step = Math.min(request.length - done, pageSize - Number(address % BigInt(pageSize)));
    const walk = space.walk(address);
    if (walk.absolute === undefined)
      absent.push({ start: hex(address), end: hex(address + BigInt(step)), state: 'missing', reason: walk.failure ?? 'not mapped' });
    else {
      const part = session.memory.read(walk.absolute, step);
      data.set(part.bytes, done);
      const shift = address - walk.absolute;
      append(
        absent,
        part.absences.map((gap) => gapJson(gap, shift)),
      );
    }
    done += step;
  }
  return { data, absent };
}

/** Bytes of a file by their offsets; those that the disk does not give are unreadable, those past its end missing. */
export function readSource(source: ByteSource, request: Pick<ReadRequest, 'address' | 'length'>): ReadAnswer {
  const data = new Uint8Array(request.length);
  const inside = request.address < BigInt(source.size);
  const absent: ReadJson['absent'] = [];
  const got = inside
    ? readAround(source, Number(request.address), data, (from, to, fault) => {
        const gap = { start: request.address + BigInt(from), end: request.address + BigInt(to) };
        absent.push(gapJson({ ...gap, state: 'unreadable', reason: faultText(fault) }));
      })
    : 0;
  const start = request.address + BigInt(got);
  const end = request.address + BigInt(request.length);
  if (start < end) absent.push({ start: hex(start), end: hex(end), state: 'missing' });
  return { data, absent };
}

/** @throws DumpError when the space cannot be used or its translation is not known */
export function readMemory(session: Session, request: ReadRequest): ReadAnswer {
  if (request.address < 0n || request.address + BigInt(request.length) > 1n << 64n) {
    throw new DumpError('absent', { file: session.path }, `0x${request.address.toString(16)} + ${request.length} leaves the 64-bit address space`);
  }
  switch (request.space) {
    case 'absolute': {
      const result = session.memory.read(request.address, request.length);
      return { data: result.bytes as Uint8Array<ArrayBuffer>, absent: result.absences.map((gap) => gapJson(gap)) };
    }
    case 'real':
      return readReal(session, request);
    case 'file':
      return readSource(session.placed, request);
    case 'virtual':
      return readVirtual(session, request);
  }
}
