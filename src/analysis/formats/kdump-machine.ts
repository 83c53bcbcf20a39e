/** The machine of a kdump-compressed dump: by its name, or by the notes where QEMU has no name for it. */
import { DumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import type { Endian } from '../layout/field.ts';
import type { Architecture, RawNote } from './dump-format.ts';
import type { KdumpHeader } from './kdump-header.ts';

const architectures = ['s390x', 'x86_64', 'aarch64', 'ppc64', 'ppc64le'] as const;
/** ELF_MACHINE_UNAME of QEMU's dump/dump.c, where the target names none: aarch64 among others. */
const unnamed = 'unknown';
const prstatus = 1;
/** Bytes of struct elf_prstatus, by byte order; riscv64 has 376, loongarch64 and mips64 have 480. */
const statusBytes: Readonly<Record<Endian, Readonly<Record<number, Architecture>>>> = {
  little: { 336: 'x86_64', 392: 'aarch64', 504: 'ppc64le' },
  big: { 336: 's390x', 504: 'ppc64' },
};

/**
 * @param findings is told when the machine was concluded
 * @throws DumpError unsupported
 */
export function architectureOf(header: KdumpHeader, notes: readonly RawNote[], file: string, findings: Finding[]): Architecture {
  const { machine } = header.names;
  const known = architectures.find((one) => one === machine.toLowerCase());
  if (known !== undefined) return known;
  const bytes = notes.find(({ owner, type }) => owner === 'CORE' && type === prstatus)?.desc.length;
  const concluded = machine.toLowerCase() !== unnamed || header.bits !== 64 || bytes === undefined ? undefined : statusBytes[header.endian][bytes];
  if (concluded === undefined)
    throw new DumpError('unsupported', { file, offset: 272 }, `the machine of this dump is "${machine}"`, 's390x, x86_64, aarch64, ppc64 or ppc64le');
  findings.push({
    id: 'container-complete/machine',
    severity: 'info',
    title: 'The header does not name the machine',
    detail: `it says "${machine}"; taken for ${concluded} by the ${bytes} bytes of each NT_PRSTATUS note`,
    where: { fileOffset: 272, bytes: 65 },
  });
  return concluded;
}
