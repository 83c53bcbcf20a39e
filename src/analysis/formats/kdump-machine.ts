/** The machine of a kdump-compressed dump: by its name, or by the notes where QEMU has no name for it. */
import { DumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import { architectureNamed, architectureNames, architectureOfPrstatus, type Architecture } from '../arch/index.ts';
import type { RawNote } from './dump-format.ts';
import type { KdumpHeader } from './kdump-header.ts';

/** ELF_MACHINE_UNAME of QEMU's dump/dump.c, where the target names none: aarch64 among others. */
const unnamed = 'unknown';
const prstatus = 1;

/**
 * @param findings is told when the machine was concluded
 * @throws DumpError unsupported
 */
export function architectureOf(header: KdumpHeader, notes: readonly RawNote[], file: string, findings: Finding[]): Architecture {
  const { machine } = header.names;
  const known = architectureNamed(machine);
  if (known !== undefined) return known;
  const bytes = notes.find(({ owner, type }) => owner === 'CORE' && type === prstatus)?.desc.length;
  const concluded = machine.toLowerCase() !== unnamed || header.bits !== 64 || bytes === undefined ? undefined : architectureOfPrstatus(bytes, header.endian);
  if (concluded === undefined)
    throw new DumpError(
      'unsupported',
      { file, offset: 272 },
      `the machine of this dump is "${machine}"`,
      `${architectureNames.slice(0, -1).join(', ')} or ${architectureNames.at(-1) ?? ''}`,
    );
  findings.push({
    id: 'container-complete/machine',
    severity: 'info',
    title: 'The header does not name the machine',
    detail: `it says "${machine}"; taken for ${concluded} by the ${bytes} bytes of each NT_PRSTATUS note`,
    where: { fileOffset: 272, bytes: 65 },
  });
  return concluded;
}
