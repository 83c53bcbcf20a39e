/**
 * The machine of a dump whose header does not name it, or names it wrongly: one damaged text refuses no dump. In the order of their weight
 * speak the user, the header unless notes and vmcoreinfo agree against it, the size and byte order of NT_PRSTATUS, and the keys of vmcoreinfo.
 */
import { DumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import { architectureNames, type Architecture } from '../arch/architecture-name.ts';
import { architectureOfPrstatus, architectures } from '../arch/index.ts';
import type { Endian } from '../layout/field.ts';
import type { RawNote } from './dump-format.ts';

/** Machines that Linux runs on and that are not read, by their utsname: refused by name, whatever their notes look like. */
const foreignNames =
  /^(i[3-6]86|arm(v\d\w*)?|riscv(32|64)?|loongarch(32|64)|mips(64)?|ppc|ia64|s390|sparc(64)?|alpha|parisc(64)?|sh4\w*|m68k|arc|xtensa|csky)$/i;

export interface MachineEvidence {
  /** What the header names, and the architecture that this is; undefined for a name that is not known. */
  readonly header: { readonly text: string; readonly architecture: Architecture | undefined; readonly offset: number; readonly bytes: number };
  readonly notes: readonly RawNote[];
  readonly endian: Endian;
  readonly bits: 32 | 64;
  /** The user's word, which is the last. */
  readonly given: Architecture | undefined;
}

const prstatus = 1;

/** The only architecture whose kernels write a key of this vmcoreinfo, in this byte order. */
export function architectureOfKeys(vmcoreinfo: string, endian: Endian): { readonly architecture: Architecture; readonly by: string } | undefined {
  const keys = new Set(vmcoreinfo.split('\n').map((line) => line.slice(0, Math.max(0, line.indexOf('=')))));
  const fitting = architectureNames.flatMap((architecture) => {
    const key = architectures[architecture].vmcoreinfoKeys.find((one) => keys.has(one));
    return key !== undefined && architectures[architecture].notes.prstatusEndian === endian ? [{ architecture, by: `${key} in vmcoreinfo` }] : [];
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

function byVmcoreinfo(notes: readonly RawNote[], endian: Endian): ReturnType<typeof architectureOfKeys> {
  const desc = notes.find(({ owner }) => owner === 'VMCOREINFO')?.desc;
  return desc === undefined ? undefined : architectureOfKeys(Buffer.from(desc).toString('latin1'), endian);
}

function byNotes({ notes, endian, bits }: MachineEvidence): { readonly architecture: Architecture; readonly by: string } | undefined {
  const bytes = notes.find(({ owner, type }) => owner === 'CORE' && type === prstatus)?.desc.length;
  const architecture = bits !== 64 || bytes === undefined ? undefined : architectureOfPrstatus(bytes, endian);
  return architecture === undefined ? undefined : { architecture, by: `the ${bytes} bytes of each NT_PRSTATUS note and their byte order` };
}

/**
 * Register notes weigh more than one text of the header where something agrees with them: a key of vmcoreinfo, or a byte order that the named
 * machine's Linux does not have.
 */
function contradictedBy(evidence: MachineEvidence, named: Architecture): { readonly architecture: Architecture; readonly by: string } | undefined {
  const { endian } = evidence;
  const notes = byNotes(evidence);
  if (notes === undefined || notes.architecture === named) return undefined;
  const keys = byVmcoreinfo(evidence.notes, endian);
  if (notes.architecture === keys?.architecture) return { architecture: notes.architecture, by: `${notes.by}, and ${keys.by}` };
  if (architectures[named].notes.prstatusEndian === endian) return undefined;
  return { architecture: notes.architecture, by: `${notes.by}: ${named} is never ${endian}-endian here` };
}

/**
 * @param findings is told when the header does not say the machine
 * @throws DumpError unsupported
 */
export function machineOf(evidence: MachineEvidence, file: string, findings: Finding[]): { readonly arch: Architecture; readonly archSource?: string } {
  const { header, given } = evidence;
  const where = { fileOffset: header.offset, bytes: header.bytes };
  if (given !== undefined) {
    if (given !== header.architecture)
      findings.push({
        id: 'container-complete/machine',
        severity: 'info',
        title: 'The machine was given',
        detail: `the header says "${header.text}"; taken as ${given}, as the user specified`,
        where,
      });
    return { arch: given, archSource: 'given by the user' };
  }
  if (header.architecture !== undefined) {
    const against = contradictedBy(evidence, header.architecture);
    if (against === undefined) return { arch: header.architecture };
    findings.push({
      id: 'container-complete/machine',
      severity: 'warning',
      title: 'The header and the notes name different machines',
      detail: `it says "${header.text}"; taken as ${against.architecture} by ${against.by}`,
      where,
    });
    return { arch: against.architecture, archSource: against.by };
  }
  const foreign = foreignNames.test(header.text);
  const concluded = foreign ? undefined : (byNotes(evidence) ?? byVmcoreinfo(evidence.notes, evidence.endian));
  if (concluded === undefined)
    throw new DumpError(
      'unsupported',
      { file, offset: header.offset },
      `the machine of this dump is "${header.text}"${foreign ? ', which is not supported' : ', and neither its notes nor vmcoreinfo say which one it is'}`,
      `${architectureNames.slice(0, -1).join(', ')} or ${architectureNames.at(-1) ?? ''}`,
      foreign ? undefined : 'give-machine',
    );
  findings.push({
    id: 'container-complete/machine',
    severity: 'info',
    title: 'The header does not name the machine',
    detail: `it says "${header.text}"; taken as ${concluded.architecture} by ${concluded.by}`,
    where,
  });
  return { arch: concluded.architecture, archSource: concluded.by };
}
