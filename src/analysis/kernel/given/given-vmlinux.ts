/** A vmlinux that the user gives, held against the dump: another kernel's would name everything wrongly. */
import type { AttachmentProof } from '../../../shared/attachment.ts';
import { typesOfFile } from '../btf/find-types.ts';
import type { Kernel } from '../kernel.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import type { GivenFacts } from './given-facts.ts';
import { systemMapTable } from './system-map.ts';
import type { Vmlinux } from './vmlinux.ts';
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';

const noSymbols = failed('symbols', 'they are not compared');
const maxNotes = 4096;
const buildIdHeader = { name: 'GNU\0', type: 3, bytes: 20 } as const;

/** The build ID among the notes of the running image (between __start_notes and __stop_notes). */
function buildIdInMemory({ memory }: Kernel, table: SymbolTable): string | undefined {
  const [start] = table.lookup('__start_notes');
  const [stop] = table.lookup('__stop_notes');
  const length = start === undefined || stop === undefined ? 0 : Number(stop.address - start.address);
  if (start === undefined || length < 16 || length > maxNotes) return undefined;
  const bytes = memory.bytes(start.address, length);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = memory.endian === 'little';
  for (let at = 0; at + 16 <= bytes.length;) {
    const [name, desc, type] = [view.getUint32(at, little), view.getUint32(at + 4, little), view.getUint32(at + 8, little)];
    if (name > maxNotes || desc > maxNotes) return undefined;
    const data = at + 12 + Math.ceil(name / 4) * 4;
    const owner = Buffer.from(bytes.subarray(at + 12, at + 12 + name)).toString('latin1');
    if (owner === buildIdHeader.name && type === buildIdHeader.type && desc === buildIdHeader.bytes && data + desc <= bytes.length)
      return Buffer.from(bytes.subarray(data, data + desc)).toString('hex');
    at = data + Math.ceil(desc / 4) * 4;
  }
  return undefined;
}

const maxBanner = 1024;

/** What shows that file and dump are of one kernel, and in words; neither when nothing can be compared. */
function proof(
  vmlinux: Vmlinux,
  kernel: Kernel,
  table: SymbolTable,
): { readonly holds: string; readonly by: AttachmentProof } | { readonly by: undefined } | { readonly why: string } {
  const ids = [
    ['vmcoreinfo', kernel.vmcoreinfo?.entries.get('BUILD-ID')?.toLowerCase()],
    ['memory', buildIdInMemory(kernel, table)],
  ] as const;
  for (const [where, id] of ids) {
    if (vmlinux.buildId === undefined || id === undefined) continue;
    return id === vmlinux.buildId
      ? { by: 'build-id', holds: `its build ID is that of ${where}` }
      : { why: `its build ID is ${vmlinux.buildId}, but that of ${where} is ${id}` };
  }
  const [at] = table.lookup('linux_banner');
  const banner = at === undefined ? undefined : kernel.memory.cstring(at.address, maxBanner)?.trimEnd();
  if (vmlinux.banner !== undefined && banner !== undefined)
    return banner === vmlinux.banner
      ? { by: 'banner', holds: 'its banner is the one in memory' }
      : { why: `its banner is "${vmlinux.banner}", but that in memory is "${banner}"` };
  const release = kernel.vmcoreinfo?.entries.get('OSRELEASE');
  if (vmlinux.banner === undefined || release === undefined) return { by: undefined };
  return vmlinux.banner.startsWith(`Linux version ${release} `)
    ? { by: 'release', holds: 'its banner has the release of vmcoreinfo' }
    : { why: `its banner is "${vmlinux.banner}", the dump is of ${release}` };
}

/** Symbols moved to where the kernel ran, and types; or why the file is not of this kernel. */
export function factsOfVmlinux(vmlinux: Vmlinux, kernel: Kernel): Result<GivenFacts> {
  const not = (why: string): Failure => failed('symbols', why);
  const { arch } = kernel.memory;
  if (vmlinux.arch !== arch) return not(`it is for ${vmlinux.arch ?? 'another machine'}, the dump is of ${arch}`);
  const moved = systemMapTable(vmlinux.symbols, vmlinux.name, { vmcoreinfo: kernel.vmcoreinfo, symbols: noSymbols });
  if (isFailure(moved)) return moved;
  const shown = proof(vmlinux, kernel, moved.value);
  if ('why' in shown) return not(`it is of another kernel: ${shown.why}`);
  const label = `${vmlinux.name} (${shown.by === undefined ? 'not proven to be of this kernel: it has no build ID and no banner to compare' : shown.holds})`;
  // The dump's own symbols have to agree too. Where they would have to be searched for, only a file that nothing else proves is worth it.
  const symbols = kernel.publishesSymbols || shown.by === undefined ? kernel.symbols : noSymbols;
  const table = systemMapTable(vmlinux.symbols, label, { vmcoreinfo: kernel.vmcoreinfo, symbols });
  if (isFailure(table)) return table;
  const by = shown.by ?? (!isFailure(symbols) ? 'symbols' : undefined);
  return { value: { symbols: table.value, proof: by, types: typesOfFile(vmlinux.btf, vmlinux.name, kernel.memory, kernel.vmcoreinfo) } };
}
