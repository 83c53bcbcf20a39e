/** An ELF dump is complete only where its headers describe the whole file: memory whose header is lost is in no other way missed. */
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { judgeFacts } from '../../../src/analysis/integrity/trust.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore, type ElfVmcoreOptions } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { completenessText } from '../../../src/shared/dump-completeness.ts';
import { manyLoads } from '../../perf/many-loads.ts';

const system = s390xSystem({ cpuCount: 2 });
const id = 'container-complete/undescribed';
const loads = [0, 1, 2, 3].map((index) => ({ address: index * 0x100000, size: 0x100000 }));
const headersAt = 64;
const headerBytes = 56;

const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);

/** The only finding against it, and what is said of completeness. */
async function judged(bytes: Uint8Array) {
  const session = sessionOn(memorySource('dump', bytes));
  const checks = await checkSession(session, 'headers', new AbortController().signal);
  const info = judgeFacts(describeDump(session), checks);
  const check = checks.find((one) => one.id === 'container-complete');
  return {
    verdict: check?.verdict,
    failure: check?.failure,
    finding: info.findings.find((one) => one.id === id),
    text: completenessText(info),
    trust: info.provenance?.['/container/complete']?.trust,
  };
}

async function expectFound(bytes: Uint8Array, where: { readonly fileOffset: number; readonly bytes: number }, words: string): Promise<void> {
  expect(await judged(bytes)).toMatchObject({
    verdict: 'failed',
    failure: 'The file has bytes that no header describes.',
    finding: { severity: 'error', detail: expect.stringContaining(words) as string, where },
    text: 'not all bytes are described',
    trust: 'contradicted',
  });
}

const expectComplete = async (bytes: Uint8Array) =>
  expect(await judged(bytes)).toMatchObject({ verdict: 'passed', finding: undefined, text: 'complete', trust: 'consistent' });

/** p_offset of a program header. */
const offsetOf = (bytes: Uint8Array, index: number): number => Number(viewOf(bytes).getBigUint64(headersAt + index * headerBytes + 8));

describe('bytes of an ELF dump that no header describes', () => {
  it.each([1, 2, 3])('after the last segment, where e_phnum is %i too small', async (fewer) => {
    const bytes = elfVmcore(system, { loads });
    viewOf(bytes).setUint16(56, 5 - fewer);
    const from = offsetOf(bytes, 5 - fewer);
    const words = fewer === 1 ? 'a program header that e_phnum does not count follows' : `${fewer} program headers that e_phnum does not count follow`;
    await expectFound(bytes, { fileOffset: from, bytes: bytes.length - from }, words);
  });

  it('after the last segment, with no header at all', async () => {
    const bytes = elfVmcore(system, { loads });
    const more = concat(bytes, new Uint8Array(8192).fill(0x5a));
    await expectFound(more, { fileOffset: bytes.length, bytes: 8192 }, '8192 of the');
    await expectFound(more, { fileOffset: bytes.length, bytes: 8192 }, 'headers of memory may be lost, or these are other data');
  });

  it('between segments, where one is no PT_LOAD any more or holds less', async () => {
    const wiped = elfVmcore(system, { loads });
    viewOf(wiped).setUint32(headersAt + 2 * headerBytes, 0);
    await expectFound(wiped, { fileOffset: offsetOf(wiped, 2), bytes: 0x100000 }, 'belong to no segment');
    const shorter = elfVmcore(system, { loads });
    viewOf(shorter).setBigUint64(headersAt + 1 * headerBytes + 32, 0x4000n);
    // All zeros so far, as padding is.
    await expectComplete(shorter);
    shorter[offsetOf(shorter, 1) + 0xf_1234] = 1;
    await expectFound(shorter, { fileOffset: offsetOf(shorter, 1) + 0x4000, bytes: 0xfc000 }, 'belong to no segment');
  });

  it('where segments lie in the file in another order than their headers', async () => {
    const bytes = elfVmcore(system, { loads });
    const [one, other] = [headersAt + headerBytes, headersAt + 4 * headerBytes];
    const first = bytes.slice(one, one + headerBytes);
    bytes.copyWithin(one, other, other + headerBytes);
    bytes.set(first, other);
    await expectComplete(bytes);
    viewOf(bytes).setUint32(headersAt + 2 * headerBytes, 0);
    await expectFound(bytes, { fileOffset: offsetOf(bytes, 2), bytes: 0x100000 }, 'belong to no segment');
  });

  const sound: readonly (readonly [string, ElfVmcoreOptions])[] = [
    ['of QEMU, with sections and their names', { producer: 'qemu' }],
    ['of the kernel', {}],
    ['of zgetdump', { producer: 'zgetdump' }],
    ['with notes in several segments', { noteSegments: 4 }],
    ['with notes at the end', { notesLast: true, noteSegments: 2, loads }],
    ['with the count in a section header', { extendedCount: true, loads }],
    ['with sections after its memory', { sections: [{ name: 'pages', data: new Uint8Array(20_000).fill(1) }] }],
    ['with memory that is not stored', { producer: 'qemu', loads: [{ address: 0, size: 0x100000 }, { address: 0x200000, size: 0x100000, notStored: true }] }],
    ['with memory that is stored twice', { loads: [{ address: 0x1000, size: 0x2000 }, { address: 0, size: 0x100000 }] }],
  ]; // prettier-ignore

  it.each(sound)('are none in a dump %s', async (_, options) => {
    const bytes = elfVmcore(system, options);
    await expectComplete(bytes);
    // Padding of a block of tape or disk, or of a partition.
    await expectComplete(concat(bytes, new Uint8Array(300_000)));
    // Less than a page is no memory.
    await expectComplete(concat(bytes, new Uint8Array(4095).fill(1)));
  });

  it('are none where many segments share a few pages of the file', async () => {
    expect((await judged(manyLoads(70_000))).finding).toBeUndefined();
  });
});
