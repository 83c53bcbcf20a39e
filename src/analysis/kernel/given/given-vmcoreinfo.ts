/** A text of vmcoreinfo that the user gives, held against the dump: another kernel's would lead to wrong addresses everywhere. */
import type { AttachmentProof } from '../../../shared/attachment.ts';
import { defined } from '../../../shared/defined.ts';
import { failed, type Result } from '../../../shared/result.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { readUtsName } from '../vmcoreinfo/uts-name.ts';
import { differingKeys, namesOfKernel, originOf, type JudgedVmcoreinfo } from '../vmcoreinfo/vmcoreinfo-fit.ts';
import type { Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

/** A given text that is not of another kernel. */
export interface GivenVmcoreinfo {
  readonly release: string;
  /** What shows that it is of the dumped kernel; undefined when nothing could be compared. */
  readonly proof: AttachmentProof | undefined;
  /** What memory or the dump's own text has against it, in words; undefined where they agree. */
  readonly differs?: string;
}

/** What the dump itself has to compare a text with. */
export interface OwnNames {
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** The dump's own text, or the one that was found in memory. */
  readonly own: JudgedVmcoreinfo | undefined;
}

interface Witness {
  readonly by: string;
  readonly key: 'OSRELEASE' | 'BUILD-ID';
  readonly value: string | undefined;
}

/** Lines that are named of those that differ. */
const mostNamedLines = 5;

/** What names the dumped kernel. A text that memory contradicts is not a witness of it. */
function witnesses({ image, memory, own }: OwnNames, given: Vmcoreinfo): readonly Witness[] {
  const { arch } = image.machine;
  const text = own === undefined || own.fit.fits === 'no' ? undefined : own.vmcoreinfo;
  const [read, led] = [own?.vmcoreinfo, given].map((one) => (one === undefined ? undefined : readUtsName(arch, one, memory)));
  // A damaged name is no other kernel's.
  const named = namesOfKernel.flatMap(([key, form]) => {
    const value = text?.entries.get(key);
    return value === undefined || !form.test(value) ? [] : [{ by: `the dump's own vmcoreinfo (${text?.source ?? ''})`, key, value }];
  });
  return [
    ...named.reverse(),
    { by: 'the utsname in memory', key: 'OSRELEASE', value: read?.release },
    { by: 'the utsname in memory to which it leads', key: 'OSRELEASE', value: led?.release },
    { by: "the container's header", key: 'OSRELEASE', value: image.names?.release },
  ];
}

const keyNames = { OSRELEASE: 'release', 'BUILD-ID': 'build ID' } as const;

/** What differs from the text of the dump, which is set aside. */
function differences(given: Vmcoreinfo, own: Vmcoreinfo): string | undefined {
  const crash = given.entries.get('CRASHTIME') === own.entries.get('CRASHTIME') ? [] : ['CRASHTIME'];
  const keys = [...differingKeys(given.entries, own.entries), ...crash];
  if (keys.length === 0) return undefined;
  const more = keys.length > mostNamedLines ? ` and ${keys.length - mostNamedLines} more` : '';
  const lines = `${keys.length} ${keys.length === 1 ? 'line' : 'lines'}: ${keys.slice(0, mostNamedLines).join(', ')}${more}`;
  return `it differs from the dump's own (${own.source}), which is set aside, in ${lines}`;
}

/**
 * @param given with what memory says of it, its build ID included where that was looked for
 * @returns why it is refused where the dump names another kernel
 */
export function judgeVmcoreinfo(given: JudgedVmcoreinfo, names: OwnNames): Result<GivenVmcoreinfo> {
  const { vmcoreinfo, fit } = given;
  const { own } = names;
  const release = vmcoreinfo.entries.get('OSRELEASE') ?? '';
  const difference = own === undefined ? undefined : differences(vmcoreinfo, own.vmcoreinfo);
  // A dump can hold two kernels: the text of either may be wanted, and memory has the names of both.
  if (own !== undefined && originOf(given, own).kind === 'second-kernel')
    return { value: { release, proof: 'release', differs: `it is of a second kernel in this dump (${fit.why}); ${difference ?? ''}` } };
  const said: Readonly<Record<Witness['key'], string | undefined>> = {
    OSRELEASE: release,
    'BUILD-ID': vmcoreinfo.entries.get('BUILD-ID')?.toLowerCase(),
  };
  const known = witnesses(names, vmcoreinfo).filter(({ key, value }) => value !== undefined && value !== '' && said[key] !== undefined);
  const against = known.find(({ key, value }) => value !== said[key]);
  if (against !== undefined)
    return failed(
      'vmcoreinfo',
      `it is of another kernel: its ${keyNames[against.key]} is ${said[against.key] ?? ''}, that of ${against.by} is ${against.value ?? ''}`,
    );
  if (fit.otherBuild === true) return failed('vmcoreinfo', `it is of another kernel: ${fit.why}`);
  const contradiction = fit.fits === 'no' ? `memory contradicts it: ${fit.why}` : undefined;
  const differs = [contradiction, difference].filter((one) => one !== undefined).join('; ');
  const proof = known[0] === undefined ? undefined : known[0].key === 'BUILD-ID' ? 'build-id' : 'release';
  return { value: { release, proof, ...defined({ differs: differs === '' ? undefined : differs }) } };
}
