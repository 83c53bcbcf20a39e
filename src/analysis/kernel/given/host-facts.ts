/**
 * What an archive of a running system says of it: dbginfo.sh of s390-tools keeps files of /proc under their names and outputs of commands in
 * runtime.out, sos report keeps files likewise and each output in sos_commands (neighbours.md section 3).
 */
import { defined } from '../../../shared/defined.ts';
import { channelsOf, noList, type ListedChannels } from './lscss.ts';

/** A value with the file of the archive that it is from. */
export interface HostFact<T> {
  readonly value: T;
  readonly from: string;
}

export interface HostFacts {
  /** Of the archive, without its folder. */
  readonly name: string;
  readonly release?: HostFact<string>;
  /** "#1 SMP …". */
  readonly version?: HostFact<string>;
  readonly nodename?: HostFact<string>;
  /** Four digits and six, as the CPU id has them (s390x). */
  readonly machine?: HostFact<{ readonly type: string; readonly serial: string }>;
  /** Names of the partition and of the guest. */
  readonly lpar?: HostFact<string>;
  readonly guest?: HostFact<string>;
  readonly onlineCpus?: HostFact<number>;
  /** Bytes of System RAM; those that the crash kernel has of them. */
  readonly memory?: HostFact<{ readonly bytes: bigint; readonly crashkernel: bigint }>;
  /** Bytes of MemTotal: what of it the kernel has to give out. */
  readonly memTotal?: HostFact<bigint>;
  /** What lscss listed, or why that is not a list. */
  readonly channels?: HostFact<ListedChannels>;
  readonly commandLine?: HostFact<string>;
  readonly modules?: HostFact<readonly string[]>;
  /** Seconds since 1970. */
  readonly bootTime?: HostFact<number>;
  readonly taken?: HostFact<number>;
}

/** Files of an archive that are read, by their paths within its folder. */
export const hostFiles = [
  'proc/version',
  'proc/cmdline',
  'proc/cpuinfo',
  'proc/sysinfo',
  'proc/iomem',
  'proc/meminfo',
  'proc/modules',
  'proc/stat',
  'runtime.out',
  'sos_commands/kernel/uname_-a',
  'sos_commands/host/hostname',
  'sos_commands/host/uptime',
  'sos_commands/date/date_--utc',
  'sos_commands/s390/lscss',
] as const;
export type HostFile = (typeof hostFiles)[number];
export type HostTexts = ReadonlyMap<HostFile, string>;

/** Bytes of a file that are read: an x86 cpuinfo of 500 CPUs has 700 KiB; in runtime.out lscss comes after all logins and all of sysctl. */
export const mostHostFileBytes = (file: HostFile): number => (file === 'runtime.out' ? 16 : 2) * 1024 * 1024;

const shortened = (text: string): string => text.slice(0, 4096);

/** "HOST> uname -a" and the lines after it, up to the next command or the end of what was read. */
function outputOf(runtime: string | undefined, command: string): string | undefined {
  if (runtime === undefined) return undefined;
  const at = runtime.search(new RegExp(`^\\S{0,255}> ${command}$`, 'm'));
  if (at === -1) return undefined;
  const rest = runtime.slice(runtime.indexOf('\n', at) + 1);
  const end = rest.search(/^#{20,}$/m);
  return end === -1 ? rest : rest.slice(0, end);
}

type Found<K extends keyof HostFacts> = Partial<Pick<HostFacts, K>>;

function names(texts: HostTexts): Found<'release' | 'version' | 'nodename'> {
  const runtime = outputOf(texts.get('runtime.out'), 'uname -a');
  const [from, uname] =
    runtime === undefined
      ? (['sos_commands/kernel/uname_-a', texts.get('sos_commands/kernel/uname_-a')] as const)
      : (['runtime.out (uname -a)', runtime] as const);
  const [, host, ofUname, built] = /^Linux (\S+) (\S+) (#.*?)(?: \S+){0,3}$/m.exec(uname ?? '') ?? [];
  const banner = /^Linux version (\S+) .*?(#\d.*)?$/m.exec(texts.get('proc/version') ?? '');
  const hostname = /^\S{1,255}$/m.exec(texts.get('sos_commands/host/hostname') ?? '')?.[0];
  const release = banner?.[1] ?? ofUname;
  const inVersion = banner?.[1] === undefined ? from : 'proc/version';
  const version = banner?.[2] ?? built;
  const nodename = host ?? hostname;
  return {
    ...(release === undefined ? {} : { release: { value: release, from: inVersion } }),
    ...(version === undefined ? {} : { version: { value: version.trim(), from: banner?.[2] === undefined ? from : 'proc/version' } }),
    ...(nodename === undefined ? {} : { nodename: { value: nodename, from: host === undefined ? 'sos_commands/host/hostname' : from } }),
  };
}

function hardware(texts: HostTexts): Found<'machine' | 'lpar' | 'guest' | 'onlineCpus'> {
  const cpuinfo = texts.get('proc/cpuinfo') ?? '';
  const ofZ = [...cpuinfo.matchAll(/^processor \d+: version = [0-9A-Fa-f]{2}, +identification = ([0-9A-Fa-f]{6}), +machine = ([0-9A-Fa-f]{4})/gm)];
  const others = cpuinfo.match(/^processor\s*:\s*\d+$/gm)?.length ?? 0;
  const [, serial, type] = ofZ[0] ?? [];
  const sysinfo = texts.get('proc/sysinfo') ?? '';
  const named = (key: string): string | undefined => new RegExp(`^${key}: +(\\S.*?) *$`, 'm').exec(sysinfo)?.[1];
  const [lpar, guest] = [named('LPAR Name'), named('VM00 Name')];
  const online = ofZ.length > 0 ? ofZ.length : others;
  return {
    ...(serial === undefined || type === undefined ? {} : { machine: { value: { type, serial: serial.toLowerCase() }, from: 'proc/cpuinfo' } }),
    ...(lpar === undefined ? {} : { lpar: { value: lpar, from: 'proc/sysinfo' } }),
    ...(guest === undefined ? {} : { guest: { value: guest, from: 'proc/sysinfo' } }),
    ...(online === 0 ? {} : { onlineCpus: { value: online, from: 'proc/cpuinfo' } }),
  };
}

function memory(texts: HostTexts): Found<'memory'> {
  let bytes = 0n;
  let crashkernel = 0n;
  for (const [, start = '0', end = '0', what] of (texts.get('proc/iomem') ?? '').matchAll(
    /^ *([0-9a-f]{1,16})-([0-9a-f]{1,16}) : (System RAM|Crash kernel)$/gm,
  )) {
    const size = BigInt(`0x${end}`) - BigInt(`0x${start}`) + 1n;
    if (what === 'System RAM') bytes += size;
    else crashkernel += size;
  }
  // Who may not see addresses sees zeros.
  return bytes <= 4096n ? {} : { memory: { value: { bytes, crashkernel }, from: 'proc/iomem' } };
}

/** The table of lscss, where all of it was read. */
function channels(texts: HostTexts): Found<'channels'> {
  for (const [file, command] of [
    ['runtime.out', 'lscss(?: --vpm)?'],
    ['sos_commands/s390/lscss', undefined],
  ] as const) {
    const text = texts.get(file);
    if (text === undefined) continue;
    const isCut = text.length >= mostHostFileBytes(file);
    const output = command === undefined ? text : outputOf(text, command);
    // Up to its end, that of the text where no other command follows.
    const isWhole = output !== undefined && !(isCut && text.endsWith(output));
    if (output === undefined && !isCut) continue;
    const from = command === undefined ? file : `${file} (lscss)`;
    return {
      channels: { value: isWhole ? channelsOf(output) : noList(`it does not end within the first ${mostHostFileBytes(file)} bytes of the file`), from },
    };
  }
  return {};
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "Sat Nov  1 10:00:00 UTC 2025", or with AM and PM. */
function utcSeconds(text: string | undefined): number | undefined {
  const [, month = '', day, hour, minute, second, half, year] =
    /^\w{3} (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([AP]M))? UTC (\d{4})$/m.exec(text ?? '') ?? [];
  const at = months.indexOf(month);
  if (at === -1) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
  return Date.UTC(Number(year), at, Number(day), hours, Number(minute), Number(second)) / 1000;
}

function times(texts: HostTexts): Found<'bootTime' | 'taken'> {
  const btime = /^btime (\d{9,11})$/m.exec(texts.get('proc/stat') ?? '')?.[1];
  const taken = utcSeconds(texts.get('sos_commands/date/date_--utc'));
  const [, days, hours, minutes] = / up (?:(\d+) days?, +)?(?:(\d+):(\d\d)|\d+ min)/.exec(texts.get('sos_commands/host/uptime') ?? '') ?? [];
  const up = hours === undefined ? undefined : Number(days ?? 0) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60;
  const started = taken === undefined || up === undefined ? undefined : taken - up;
  return {
    ...(btime !== undefined
      ? { bootTime: { value: Number(btime), from: 'proc/stat' } }
      : started === undefined
        ? {}
        : { bootTime: { value: started, from: 'date --utc less uptime' } }),
    ...(taken === undefined ? {} : { taken: { value: taken, from: 'date --utc' } }),
  };
}

/** @param name of the archive @returns undefined where nothing is known of the host by it */
export function factsOfHost(name: string, texts: HostTexts): HostFacts | undefined {
  const commandLine = texts.get('proc/cmdline')?.split('\n', 1)[0]?.trim();
  const memTotal = /^MemTotal: +(\d{1,15}) kB$/m.exec(texts.get('proc/meminfo') ?? '')?.[1];
  const modules = [...(texts.get('proc/modules') ?? '').matchAll(/^([\w-]{1,64}) \d+ -?\d+ /gm)].map(([, one = '']) => one);
  const facts = {
    ...names(texts),
    ...hardware(texts),
    ...memory(texts),
    ...channels(texts),
    ...times(texts),
    ...defined({
      memTotal: memTotal === undefined ? undefined : { value: BigInt(memTotal) * 1024n, from: 'proc/meminfo' },
      commandLine: commandLine === undefined || commandLine === '' ? undefined : { value: shortened(commandLine), from: 'proc/cmdline' },
      modules: modules.length === 0 ? undefined : { value: modules, from: 'proc/modules' },
    }),
  };
  return Object.keys(facts).length === 0 ? undefined : { name, ...facts };
}
