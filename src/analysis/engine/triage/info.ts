/** `info`: the facts of a dump in one tree: each with source and trust, confirmed where two sources can be compared. */
import * as v from 'valibot';
import { basename } from 'node:path';
import type { AttachedJson } from '../../../shared/attachment.ts';
import { confirm, fact, splitFacts, type Fact } from '../../../shared/fact.ts';
import { infoSchema, schemaVersion, type Info } from '../../../shared/model.ts';
import { hex, type AddressRange } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { hiddenSystemFindings } from './hidden-system.ts';
import { OS_INFO_MAGIC, osInfoValid } from '../../arch/s390x/os-info.ts';
import { faultFindings } from '../../integrity/read-faults.ts';
import { decodeCpuId } from '../../formats/s390-header.ts';
import { vmcoreinfoChoice } from '../session/kernel-search.ts';
import { originOf, type VmcoreinfoOrigin } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { readUtsName, type UtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import { vmcoreinfoFact, vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { aboutAttached } from '../session/attached.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { checkSession } from '../integrity/check-session.ts';
import { judgeFacts } from '../../integrity/trust.ts';

const rangeJson = (range: AddressRange): { start: string; end: string } => ({ start: hex(range.start), end: hex(range.end) });

/** The kernel's names, by the text of vmcoreinfo that is used. */
function utsNameOf(session: Session): UtsName | undefined {
  const { image, memory, utsName, knownVmcoreinfo } = session;
  return (knownVmcoreinfo === undefined ? undefined : readUtsName(image.machine.arch, knownVmcoreinfo, memory)) ?? utsName;
}

function releaseFact(session: Session): Fact<string> | undefined {
  const recorded = vmcoreinfoFact(session.knownVmcoreinfo, 'OSRELEASE');
  const uts = utsNameOf(session);
  const read = uts === undefined ? undefined : fact(uts.release, `utsname at absolute ${hex(uts.address)}`);
  const header = headerName(session, 'release');
  return [recorded, read, header]
    .filter((one) => one !== undefined)
    .reduce<Fact<string> | undefined>((all, one) => (all === undefined ? one : confirm(all, one)), undefined);
}

/** A system name that the container's header carries; QEMU leaves them empty. */
function headerName(session: Session, key: 'release' | 'version' | 'nodename'): Fact<string> | undefined {
  const value = session.image.names?.[key];
  return value === undefined || value === '' ? undefined : fact(value, 'container header');
}

function utsFact(session: Session, key: 'nodename' | 'version'): Fact<string> | undefined {
  const uts = utsNameOf(session);
  const header = headerName(session, key);
  if (uts === undefined || uts[key] === '') return header;
  return confirm(fact(uts[key], `utsname at absolute ${hex(uts.address)}`), header);
}

/** Crashkernel memory as os_info records it; shown with its doubt when the page's checksum is wrong. */
function crashkernelFact(session: Session): Fact<{ start: string; end: string }> | undefined {
  const search = session.osInfo;
  if (search?.stage !== 'page' || search.values.magic !== OS_INFO_MAGIC || search.values.crashkernel_addr === 0n) return undefined;
  const start = search.values.crashkernel_addr;
  const source = `os_info at absolute ${hex(search.pointer)}`;
  const value = rangeJson({ start, end: start + search.values.crashkernel_size });
  return osInfoValid(search) ? fact(value, source, 'verified') : fact(value, `${source}, whose checksum is wrong`, 'contradicted');
}

/** When the kernel crashed, to the second: CRASHTIME of vmcoreinfo. */
function crashTimeFact(session: Session): Fact<string> | undefined {
  const known = session.knownVmcoreinfo;
  const seconds = vmcoreinfoNumber(known, 'CRASHTIME');
  if (seconds === undefined || seconds <= 0n || seconds > 253402300799n) return undefined;
  const iso = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
  return fact(iso, `CRASHTIME of vmcoreinfo (${known?.source ?? ''})`);
}

/** When the system of the dump crashed; where a kdump system ran after it and has not crashed itself, when the first one did. */
function endTimeFact(session: Session): Fact<string> | undefined {
  const own = crashTimeFact(session);
  if (own !== undefined || session.twoSystems === undefined || session.view !== 'all') return own;
  const first = crashTimeFact(session.inView('prod'));
  return first === undefined ? undefined : { ...first, source: `${first.source}, of the system that crashed before (view prod)` };
}

/**
 * The same in words; undefined where no CRASHTIME says that the kernel was on its way into kdump.
 * @param isContradicted by another time in the dump
 */
export function crashWords(session: Session, isContradicted = false): string | undefined {
  const recorded = session.knownVmcoreinfo?.entries.get('CRASHTIME');
  if (recorded === undefined) return undefined;
  const time = crashTimeFact(session)?.value;
  if (time === undefined) return `a time that is not known (CRASHTIME is ${recorded})`;
  return isContradicted ? `${time} by CRASHTIME, which another time in the dump contradicts` : time;
}

function machineFacts(session: Session): Record<string, unknown> {
  const { machine } = session.image;
  const id = machine.cpuId === undefined ? undefined : decodeCpuId(machine.cpuId);
  const fromHeader = id?.version === 0xff ? fact('z/VM', 'CPU id in the header') : undefined;
  const { hypervisor } = session.cpuSet;
  const fromLowcore = hypervisor === undefined ? undefined : fact(hypervisor, 'machine flags in the lowcores');
  return {
    machineType: id === undefined ? undefined : fact(id.machineType, 'CPU id in the header'),
    serial: id === undefined ? undefined : fact(id.serial, 'CPU id in the header'),
    hypervisor: fromHeader === undefined ? fromLowcore : confirm(fromHeader, fromLowcore),
  };
}

/** Undefined where the format has no place for registers, and nothing in memory shows a CPU. */
function cpuCountFact(session: Session): Fact<number> | undefined {
  const { image } = session;
  const { cpus, recorded, different, masks } = machineCpus(session);
  const { recorded: count } = different;
  const isWithout = image.cpuNotes === false && image.notes.length === 0 && count === 0;
  if (cpus.length > recorded)
    return fact(different.all, `the CPUs that the kernel knows; ${isWithout ? 'the format has no registers' : `the dump records registers of ${count}`}`);
  if (isWithout && image.machine.cpuCount === undefined) return undefined;
  if (image.machine.cpuCount === undefined) {
    const impossible = image.findings.some(({ id }) => id === 'container-complete/cpu-count');
    if (impossible) return fact(count, 'filled slots of the prefix vector, whose count in the header cannot be right', 'contradicted');
    const twice = count === recorded ? '' : `, ${recorded} of them of ${count === 1 ? 'one CPU' : `${count} CPUs`}`;
    return fact(count, image.notes.length > 0 || count === 0 ? `register notes${twice}` : 'CPUs found in memory');
  }
  const header = fact(image.machine.cpuCount, image.cpuNotes === 'counted' ? 'register notes, counted in the header' : 'CPU count in the header');
  // What was read of the header's own vector is not a second source; lowcores with a Linux CPU number are.
  const known = new Set(cpus.flatMap((cpu) => cpu.linuxCpu ?? []));
  // A lowcore that is not in the dump says nothing against the header.
  const unread = known.size === 0 || cpus.some((cpu) => cpu.linuxCpu === undefined);
  if (unread) return header;
  const numbers = `distinct CPU numbers ${architectures[image.machine.arch].features.has('lowcore') ? 'in the lowcores' : 'of the registers'}`;
  // There are no fewer CPUs than the registers name, and no more than the kernel has; of notes that were lost the header may know still.
  const most = masks === undefined ? Infinity : Math.max(masks.online.length, masks.present.length);
  if (image.machine.cpuCount < known.size || (image.machine.cpuCount > most && known.size <= most))
    return fact(known.size, `${numbers}, but the header counts ${image.machine.cpuCount}`, 'contradicted');
  return confirm(header, fact(known.size, numbers));
}

/** What the kernel's masks and the records say apart from each other. */
function kernelCpuFacts(session: Session): Record<string, unknown> {
  const { cpus, recorded, different, masks } = machineCpus(session);
  return {
    onlineCpuCount: masks === undefined ? undefined : fact(masks.online.length, '__cpu_online_mask'),
    recordedCpuCount: cpus.length === recorded && different.recorded === recorded ? undefined : fact(different.recorded, 'sets of registers in the dump'),
  };
}

/** Bytes of the kernel's pages; kernels of some architectures are built for several sizes, so nothing is taken for granted there. */
function pageSizeFact({ image, knownVmcoreinfo }: Session): Fact<number> | undefined {
  const { arch, pageSize: inHeader } = image.machine;
  const recorded = countOf(Number(vmcoreinfoNumber(knownVmcoreinfo, 'PAGESIZE') ?? Number.NaN));
  if (recorded !== undefined) return fact(recorded, 'PAGESIZE of vmcoreinfo');
  if (inHeader !== undefined) return fact(inHeader, 'block size in the header');
  const { pageBytes } = architectures[arch];
  return pageBytes === undefined ? undefined : fact(pageBytes, `default of ${arch}`);
}

/** A count that JSON can carry exactly; a damaged header can claim more. */
const countOf = (value: number | undefined): number | undefined => (value !== undefined && Number.isSafeInteger(value) ? value : undefined);

function realMemoryFact(session: Session): Fact<number> | undefined {
  const { realMemory } = session.image.machine;
  const bytes = realMemory === undefined ? undefined : countOf(Number(realMemory));
  return bytes === undefined ? undefined : fact(bytes, 'memory size in the header');
}

function twoSystemsFindings(session: Session): Info['findings'] {
  const area = session.twoSystems;
  if (area === undefined) return [];
  const range = rangeJson(area);
  return [
    {
      id: 'container-complete/two-systems',
      severity: 'info',
      title: 'Two systems are in this dump',
      detail: `it was taken while a kdump system ran from absolute 0; the system that crashed before has its low memory at ${range.start} to ${range.end}. This is the view "${session.view}"; the others are ${['all', 'prod', 'kdump'].filter((view) => view !== session.view).join(' and ')}`,
      where: { space: 'absolute', ...range },
    },
  ];
}

/** Registers that sources give to different CPUs: what is said of a CPU rests on them. */
const identityFindings = (session: Session): Info['findings'] => machineCpus(session).findings.filter(({ id }) => id === 'cross-cpu-count/identity');

const titles: Readonly<Record<VmcoreinfoOrigin['kind'], string>> = {
  'second-kernel': 'A second kernel lies in this dump',
  'other-kernel': 'A vmcoreinfo of another kernel or boot',
  'other-boot': 'A vmcoreinfo of another kernel or boot',
  damaged: 'A damaged vmcoreinfo',
  differing: 'Texts of vmcoreinfo of one kernel differ',
  'other-time': 'Two texts of vmcoreinfo name different times of the crash',
  'same-kernel': 'A vmcoreinfo of the same kernel',
};

/** The user's text is used, although the dump says otherwise in part, or has nothing to compare it with. */
function attachedTextFindings({ attached }: Session): Info['findings'] {
  return attached.flatMap(({ kind, path, proof, vmcoreinfo }) => {
    if (kind !== 'vmcoreinfo') return [];
    const file = basename(path);
    const named = { id: 'vmcoreinfo/attached', severity: 'warning' as const };
    if (vmcoreinfo?.differs !== undefined)
      return [{ ...named, title: 'The attached vmcoreinfo does not agree with the dump', detail: `${file} is used as given, although ${vmcoreinfo.differs}` }];
    if (proof !== undefined) return [];
    return [
      {
        ...named,
        title: 'Nothing shows that the attached vmcoreinfo is of the dumped kernel',
        detail: `${file} is used as given: the dump has no vmcoreinfo, no utsname, and no release in its header to compare it with`,
      },
    ];
  });
}

/** Texts of vmcoreinfo that are not of the kernel that is shown, and a second kernel in the dump. */
function vmcoreinfoFindings(session: Session): Info['findings'] {
  const { used, others } = vmcoreinfoChoice(session);
  if (used === undefined || session.attached.some(({ kind }) => kind === 'vmcoreinfo')) return [];
  const refuted: Info['findings'] =
    used.fit.fits === 'no'
      ? [
          {
            id: 'vmcoreinfo/not-this-kernel',
            severity: 'warning',
            title: 'The vmcoreinfo does not match the kernel in memory',
            detail: `the text in ${used.vmcoreinfo.source} is used because there is no other, although memory contradicts it: ${used.fit.why}`,
          },
        ]
      : [];
  const of = others
    .filter((one, at) => others.findIndex(({ vmcoreinfo }) => vmcoreinfo.text === one.vmcoreinfo.text) === at)
    .flatMap((one) => {
      const origin = originOf(one, used);
      if (origin.kind === 'same-kernel') return [];
      const { source, address } = one.vmcoreinfo;
      const isOneKernel = origin.kind === 'damaged' || origin.kind === 'differing' || origin.kind === 'other-time';
      const isSecond = one.fit.fits === 'yes' && !isOneKernel;
      return [
        {
          id: isSecond ? 'vmcoreinfo/second-kernel' : 'vmcoreinfo/not-this-kernel',
          severity: isOneKernel ? ('warning' as const) : ('info' as const),
          title: isSecond ? 'A second kernel lies in this dump' : titles[origin.kind],
          detail: `the text in ${source} is of ${origin.text}: ${one.fit.why}. That in ${used.vmcoreinfo.source} is used: ${used.fit.why}`,
          ...(address === undefined
            ? {}
            : { where: { space: 'absolute' as const, start: hex(address), end: hex(address + BigInt(one.vmcoreinfo.text.length)) } }),
        },
      ];
    });
  return [...refuted, ...of];
}

function attachedTo({ attached }: Session): AttachedJson[] | undefined {
  if (attached.length === 0) return undefined;
  return attached.map((one) => ({ file: basename(one.path), ...aboutAttached(one) }));
}

/** Ranges of memory that are named; a filtered dump may have millions. */
const namedRanges = 256;
const noRange = { start: 0n, end: 0n };

/** Which archive a dump came out of. A report carries no path. */
function archiveFacts({ packing, file }: Session): Info['container']['archive'] {
  const member = packing?.member;
  if (member === undefined) return undefined;
  return { name: basename(file.name), bytes: file.size, kind: member.archive, member: member.name };
}

/** The tree that `info` prints, checked against its schema. */
export function describeDump(session: Session): Info {
  const { image } = session;
  const { features } = architectures[image.machine.arch];
  const { bytes, length: rangeCount } = image.ranges;
  const tree = {
    schema: schemaVersion,
    tool: { name: toolName, version: toolVersion },
    file: { path: session.path, bytes: session.file.size },
    container: {
      format: image.format,
      version: image.container.version,
      producer: image.container.producer,
      compression: image.container.compression,
      flattened: image.container.flattened,
      complete: image.partial === undefined ? image.container.complete : undefined,
      volumes: image.container.volumes,
      disk: image.container.disk,
      dumpDevice: image.container.dumpDevice,
      wrapper: session.packing?.name,
      archive: archiveFacts(session),
      copy: session.unpacked?.how,
      storedBytes: countOf(image.container.storedBytes),
      zlibVersion: image.container.zlib?.version,
      zlibEntryBytes: image.container.zlib?.entryBytes,
      live:
        image.origin?.kind === 'kcore'
          ? fact(true, 'NT_TASKSTRUCT note, which only /proc/kcore has')
          : session.isLive
            ? fact(true, 'the word LIVEDUMP at absolute 0')
            : undefined,
      method: session.isLive ? fact('live', 'the word LIVEDUMP at absolute 0') : undefined,
    },
    machine: {
      arch: fact(image.machine.arch, image.machine.archSource ?? 'container header'),
      features: features.size === 0 ? undefined : [...features],
      endianness: image.machine.endian,
      bits: image.machine.bits,
      pageSize: pageSizeFact(session),
      cpuCount: cpuCountFact(session),
      ...kernelCpuFacts(session),
      realCpuCount: image.machine.realCpuCount === undefined ? undefined : fact(image.machine.realCpuCount, 'CPU count in the header'),
      cpuId: image.machine.cpuId === undefined ? undefined : fact(hex(image.machine.cpuId), 'CPU id in the header'),
      buildArch: image.machine.buildArch === undefined ? undefined : fact(image.machine.buildArch, 'header'),
      ...machineFacts(session),
    },
    memory: {
      bytes: fact(Number(bytes), 'container header'),
      realBytes: realMemoryFact(session),
      ranges: Array.from({ length: Math.min(namedRanges, rangeCount) }, (_, index) => image.ranges.at(index) ?? noRange).map(rangeJson),
      rangeCount,
      end: hex(image.memory.end),
      crashkernel: crashkernelFact(session),
      view: session.twoSystems === undefined ? undefined : session.view,
      twoSystems: session.twoSystems === undefined ? undefined : fact(rangeJson(session.twoSystems), 'oldmem_base and oldmem_size at absolute 0x10418'),
    },
    kernel: {
      release: releaseFact(session),
      version: utsFact(session, 'version'),
      nodename: utsFact(session, 'nodename'),
      attached: attachedTo(session),
    },
    times: { dumpStart: image.times.dumpStart, dumpEnd: image.times.dumpEnd, crash: endTimeFact(session) },
    findings: [
      ...twoSystemsFindings(session),
      ...hiddenSystemFindings(session),
      ...vmcoreinfoFindings(session),
      ...attachedTextFindings(session),
      ...identityFindings(session),
      ...faultFindings(session.faults()),
      ...image.findings,
    ],
  };
  const { json, provenance } = splitFacts(tree);
  return v.parse(infoSchema, { ...(json as object), provenance });
}

const ofWholeContainer: ReadonlySet<string> = new Set(['container-complete', 'segments', 'end-marker']);

/** The facts with the trust that the checks of headers give them. */
export async function judgedInfo(session: Session, signal: AbortSignal): Promise<Info> {
  // First of all: what the CPUs are called rests on it. Of a part of the headers no more is looked for than they lead to.
  await (session.image.partial === undefined ? lookForCpus(session, signal) : session.lookForKernel(signal));
  const checks = await checkSession(session, 'headers', signal);
  // Of headers that are read in part nothing is known of the whole.
  const heard = session.image.partial === undefined ? checks : checks.filter(({ id }) => !ofWholeContainer.has(id));
  return judgeFacts(describeDump(session), heard);
}
