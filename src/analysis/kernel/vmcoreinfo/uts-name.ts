/** The kernel's utsname, from memory through SYMBOL(init_uts_ns) (s390-dump.md section 10; include/linux/utsname.h). */
import type { Architecture } from '../../arch/architecture-name.ts';
import { text } from '../../layout/field.ts';
import { parse, struct } from '../../layout/struct.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from './kernel-address.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from './vmcoreinfo.ts';

const fieldBytes = 65;

export const newUtsname = struct(
  'new_utsname',
  { endian: 'given', size: 6 * fieldBytes, doc: 'Source: include/uapi/linux/utsname.h.' },
  {
    sysname: text(0, fieldBytes, '"Linux"'),
    nodename: text(fieldBytes, fieldBytes, 'host name'),
    release: text(2 * fieldBytes, fieldBytes, 'kernel release'),
    version: text(3 * fieldBytes, fieldBytes, 'kernel build'),
    machine: text(4 * fieldBytes, fieldBytes, 'architecture'),
    domainname: text(5 * fieldBytes, fieldBytes, 'NIS domain'),
  },
);

/** The name's place in the namespace is not recorded by every kernel; zgetdump looks within this many bytes too. */
const searchBytes = 1024;
/** Bytes from init_uts_ns on within which its names lie. */
export const utsNameReach = searchBytes + newUtsname.size;
const linux = Buffer.from('Linux\0');

export interface UtsName {
  readonly address: bigint;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
}

/** Undefined when vmcoreinfo does not name the symbol, the page is not in the dump, or there is no "Linux". */
export function readUtsName(architecture: Architecture, vmcoreinfo: Vmcoreinfo, memory: MemoryReader): UtsName | undefined {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(init_uts_ns)');
  if (symbol === undefined) return undefined;
  const absolute = kernelToAbsolute(architecture, symbol, vmcoreinfo, memory);
  if (absolute === undefined) return undefined;
  const around = memory.read(absolute, searchBytes + newUtsname.size);
  const at = Buffer.from(around.bytes).indexOf(linux);
  if (at === -1 || at > searchBytes) return undefined;
  const end = at + newUtsname.size;
  if (around.absent.some((gap) => gap.start < end && at < gap.end)) return undefined;
  const values = parse(newUtsname, around.bytes.subarray(at), { endian: 'big' });
  return { address: absolute + BigInt(at), nodename: values.nodename, release: values.release, version: values.version };
}
