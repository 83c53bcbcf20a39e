/** Conclusions about layouts, producers, given files, classes of pages, registers and damaged evidence. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attach } from '../../../src/analysis/engine/session/attach.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeLog } from '../../../src/analysis/engine/kernel/dmesg.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { notesByCpu } from '../../../src/analysis/formats/cpu-notes.ts';
import { crashPath } from '../../../src/analysis/kernel/stacks/crash-path.ts';
import { createPageClassifier } from '../../../src/analysis/page-index/page-class.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { applyDamage } from '../../../src/samples/damage.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { places } from '../../../src/samples/s390x-places.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, sampleBuildId, type S390xSystem, type S390xSystemOptions } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { logLine } from '../../../src/shared/log-line.ts';
import { pageClasses } from '../../../src/shared/page-words.ts';
import { caseSession } from '../../case-answers.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { describedVmlinux } from '../kernel/described-vmlinux.ts';
import { said, saidOf, type ConclusionCase } from './conclusion.ts';
import { isFailure } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const folder = scratchFolder();
const open = (system: S390xSystem, options?: Parameters<typeof elfVmcore>[1]): Session => sessionOn(memorySource('dump', elfVmcore(system, options)));

/** A system, changed before it is dumped. */
const changed = (change: (system: S390xSystem) => void, options: S390xSystemOptions = {}): Session => {
  const system = s390xSystem(options);
  change(system);
  return open(system);
};
const reasonOf = async (session: Session): Promise<string> => (await triage(session, never)).reason ?? '';

/** Lowcore 1: lowcore 0 lies where absolute 0 does while the first CPU has it. */
const layoutOf = (session: Session): string => {
  const { layout } = describeLowcores(session, { cpu: 1 }).cpus[0] ?? {};
  return `${layout?.name ?? ''} is ${layout?.word ?? ''}: ${(layout?.tests ?? [])
    .filter(({ passed }) => passed === false)
    .map(({ check }) => check)
    .join(', ')}`;
};
/** Nothing names the release: no vmcoreinfo, and no names of the kernel in memory. */
function withoutRelease(): Session {
  const system = s390xSystem();
  system.memory.fill(places.initUtsNs, 6 * 65, 0).fill(places.vmcoreinfoNote, 0x2000, 0);
  return open({ ...system, vmcoreinfo: (system.vmcoreinfo ?? '').replace(/^OSRELEASE=.*\n/m, '') });
}
const lowcore1 = places.lowcores + 0x2000;

/** machine_flags of the described kernel, 6.1 (arch/s390/include/asm/setup.h): VM and KVM are bits of it. */
const flagsAt = 0x3c8;
const hypervisorIn = (...flags: readonly bigint[]): Promise<string> =>
  said(changed((system) => flags.forEach((value, cpu) => system.memory.u64(places.lowcores + cpu * 0x2000 + flagsAt, value))));

const old = s390xSystem({ kernel: '5.15' });
const symbols = kernelSymbols(old.mapping).map((one) => ({ ...one, address: one.address - 0x8000n }));
const attached = async (name: string, buildId: string | undefined): Promise<string> => {
  const vmlinux = join(folder, name);
  writeFileSync(vmlinux, describedVmlinux({ symbols, ...(buildId === undefined ? {} : { buildId }) }));
  try {
    const session = await attach(open(old), { vmlinux }, never);
    return `proof: ${session.attached[0]?.proof ?? 'none'}`;
  } catch (error) {
    return String(error);
  }
};

/** A saved log, altered, attached to a dump whose own cannot be read; the log of the whole one is what was saved. */
async function loggedIn(alter: (text: string) => string): Promise<string> {
  const whole = await describeLog(open(s390xSystem({ state: 'disabled-wait' })), never);
  const file = join(folder, 'log.txt');
  writeFileSync(file, alter(whole.records.map((record) => `${logLine(record, false)}\n`).join('')));
  const session = changed(({ memory }) => memory.fill(places.prb, 8, 0), { state: 'disabled-wait' });
  const seen = await attach(session, { dmesg: file }, never);
  const { verdict } = await triage(seen, never);
  const isRead = !isFailure(seen.knownKernel.log);
  return isRead ? `log: ${verdict.evidence.map(({ text }) => text).join('; ')}` : `no log: ${seen.attached[0]?.log?.contradiction ?? ''}`;
}

/** An unpacked archive of a host of this name, attached. */
async function hostOf(name: string | undefined): Promise<string> {
  const archive = join(folder, `DBGINFO-${name ?? 'none'}`);
  mkdirSync(join(archive, 'proc'), { recursive: true });
  writeFileSync(join(archive, 'proc/version'), 'Linux version 6.1.130 (build@host) (gcc) #1 SMP Tue Mar 10 12:00:00 UTC 2026\n');
  if (name !== undefined) writeFileSync(join(archive, 'runtime.out'), `${'#'.repeat(55)}\n${name}> uname -a\nLinux ${name} 6.1.130 #1 SMP x s390x GNU/Linux\n`);
  const checks = await checkSession(await attach(open(s390xSystem()), { hostFacts: archive }, never), 'headers', never, { only: ['host-facts'] });
  return checks.map(({ verdict, detail }) => `${verdict}: ${detail}`).join('; ');
}

const classOf = (page: Uint8Array): string => {
  const words = new Int32Array(page.buffer, page.byteOffset, 1024);
  return `class ${pageClasses[createPageClassifier().classify(words, page, 0)] ?? ''}`;
};
const prose = Buffer.alloc(4096, 'A page of a log that a person can read, with words and spaces.\n');

const standalone = async (damage?: Parameters<typeof applyDamage>[1]): Promise<string> => {
  const { standaloneKdump } = await triage(
    changed((system) => {
      if (damage !== undefined) applyDamage(system, damage);
    }),
    never,
  );
  return `${standaloneKdump?.outcome ?? 'not asked'} ${standaloneKdump?.waitCode ?? ''}`;
};

/** The notes of the first CPU hold zeros. */
function withBlankNote(offlineCpu?: number): Session {
  const bytes = elfVmcore(s390xSystem({ cpuCount: 3, ...(offlineCpu === undefined ? {} : { offlineCpu }) }));
  for (const { desc, descOffset } of notesByCpu(sessionOn(memorySource('whole', bytes)).image.notes)[0] ?? [])
    bytes.fill(0, descOffset, descOffset + desc.length);
  return sessionOn(memorySource('dump', bytes));
}
const findingsOf = async (session: Session): Promise<string> => {
  const { checks, info } = await triage(session, never);
  return [...info.findings, ...checks.flatMap(({ findings = [] }) => findings)].map(({ id, title }) => `${id}: ${title}`).join('\n') || 'no findings';
};

const crashedIn = async (options: S390xSystemOptions): Promise<string> => {
  const { traces } = await describeBacktrace(open(s390xSystem(options)), {}, never);
  return `crashed: ${traces.find((trace) => trace.crashed === true)?.cpu ?? 'none'}`;
};
const restarted = ['__do_machine_kdump', '__crash_kexec', 'crash_kexec', '__do_restart', 'restart_int_handler'].map((symbol) => ({ kind: 'return', symbol }));

/** The same text with other lines, in the note; memory has the right one. */
const note = (change: (text: string) => string): Promise<string> => {
  const system = s390xSystem({ state: 'kdump' });
  return findingsOf(open({ ...system, vmcoreinfo: change(system.vmcoreinfo ?? '') }));
};

const timed = (crash: string, dump: string): Promise<string> =>
  reasonOf(
    caseSession('dump', `arch x86_64\nmemory 1 MiB\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096"${crash}\ncpu\n${dump}format kdump-compressed codec=zlib\n`),
  );

const named = (machine: string, lines: string): Promise<string> =>
  saidOf(
    `arch x86_64\nmemory 1 MiB\nuts sysname="Linux" nodename="h" release="6.1.0" machine="${machine}"\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096"${lines}format kdump-compressed codec=zlib\n`,
  );

const logSource = async (session: Session): Promise<string> => {
  const log = await describeLog(session, never).catch(String);
  return typeof log === 'string' ? log : `${log.records.length} records of ${log.source}`;
};
const headAt = (session: S390xSystem, by: bigint): void => {
  // head_id of struct prb_desc_ring is at 24 of the ring.
  const bytes = Buffer.from(session.memory.read(places.prbStatic + 24, 8));
  session.memory.u64(places.prbStatic + 24, bytes.readBigUInt64BE() + by);
};

export const evidenceConclusions: Readonly<Record<string, ConclusionCase>> = {
  'lowcore-layout': {
    made: { on: () => layoutOf(open(s390xSystem())), says: /is certain: $/ },
    without: {
      on: () => layoutOf(withoutRelease()),
      says: /is (likely|doubtful): /,
    },
    against: { on: () => layoutOf(changed(({ memory }) => memory.fill(lowcore1 + 0x1a0, 0x60, 0x11))), says: /is (likely|doubtful|not a Linux lowcore): .+/ },
  },
  hypervisor: {
    made: { on: () => hypervisorIn(1n, 1n), says: /"hypervisor":"z\/VM"/ },
    without: { on: () => hypervisorIn(0n, 0n), says: /facts: (?!.*"hypervisor")/ },
    against: { on: () => hypervisorIn(1n, 2n), says: /facts: (?!.*"hypervisor")/ },
  },
  producer: {
    made: { on: () => saidOf('system healthy\nformat elf-vmcore producer=zgetdump\n'), says: /"producer":"zgetdump"/ },
    without: { on: () => saidOf('memory 64 KiB\nformat elf-vmcore\n'), says: /facts: (?!.*"producer")/ },
    against: { on: () => saidOf('system healthy\nformat elf-vmcore producer=qemu\n'), says: /"producer":"QEMU dump-guest-memory"/ },
  },
  'attached-proof': {
    made: { on: () => attached('right', sampleBuildId), says: /^proof: build-id$/ },
    without: { on: () => attached('bare', undefined), says: /^proof: (?!build-id)|cannot be shown|no build ID/ },
    against: { on: () => attached('other', '00'.repeat(20)), says: /it is of another kernel/ },
  },
  'attached-log': {
    made: { on: () => loggedIn((text) => text), says: /^log: .*from the file log\.txt, not from memory.*it has the release of the dumped kernel/ },
    without: { on: () => loggedIn((text) => text.replace(/^.*Linux version.*\n/, '')), says: /^log: .*nothing shows that it is of the dumped system/ },
    against: { on: () => loggedIn((text) => text.replace(/Linux version \S+/, 'Linux version 4.4.0')), says: /^no log: .*kernel release: 4\.4\.0 in the file/ },
  },
  'host-witness': {
    made: { on: () => hostOf('lnxsample'), says: /^passed: .* agrees in host name/ },
    without: { on: () => hostOf(undefined), says: /^not-recorded: .*nothing shows that it is of the dumped system/ },
    against: { on: () => hostOf('elsewhere'), says: /^failed: .* is not an archive of the dumped system/ },
  },
  'page-class': {
    made: { on: () => classOf(Uint8Array.from(prose)), says: /^class text$/ },
    without: { on: () => classOf(new Uint8Array(4096)), says: /^class zero$/ },
    against: { on: () => classOf(seededRandom(1).bytes(4096)), says: /^class entropy$/ },
  },
  'standalone-kdump': {
    made: { on: () => standalone(), says: /^start-kdump/ },
    without: { on: () => standalone('osinfo-missing'), says: /^disabled-wait 0x/ },
    against: { on: () => standalone('osinfo-checksum'), says: /^disabled-wait 0x/ },
  },
  'blank-registers': {
    made: { on: () => findingsOf(withBlankNote(4)), says: /blank-registers: A set of registers is all zero/ },
    without: {
      on: () => findingsOf(open(s390xSystem({ cpuCount: 3, offlineCpu: 4, unrecordedCpu: 0 }))),
      says: /no-registers: The dump records no registers of CPU 0/,
    },
    against: { on: () => findingsOf(open(s390xSystem({ cpuCount: 3, offlineCpu: 4 }))), says: /no findings/ },
  },
  'crashed-in': {
    made: { on: () => crashedIn({ state: 'kdump', firstCpu: 1 }), says: /^crashed: 1$/ },
    without: { on: () => crashedIn({ state: 'running' }), says: /^crashed: none$/ },
    against: {
      on: () => `crashed: ${crashPath([...restarted, { kind: 'interrupted', symbol: 'arch_cpu_idle' }])?.isCause === true ? '1' : 'none'}`,
      says: /^crashed: none$/,
    },
  },
  'panic-cpu-overwritten': {
    made: { on: () => findingsOf(open(s390xSystem({ state: 'kdump', panicCpu: -1 }))), says: /panic-cpu: panic_cpu was overwritten/ },
    without: { on: () => findingsOf(open(s390xSystem({ state: 'running', panicCpu: -1 }))), says: /no findings/ },
    against: {
      on: () => findingsOf(open(s390xSystem({ state: 'kdump', firstCpu: 1, panicCpu: 0 }))),
      says: /panic-cpu: panic_cpu names a different CPU than the one that crashed/,
    },
  },
  'vmcoreinfo-damaged': {
    made: { on: () => note((text) => text.replace(/^OSRELEASE/m, 'OSREL#ASE')), says: /not-this-kernel: A damaged vmcoreinfo/ },
    without: { on: () => note((text) => text), says: /no findings/ },
    against: {
      on: () => note((text) => text.replace(/^OSRELEASE=.*$/m, 'OSRELEASE=4.4.0-other')),
      says: /not-this-kernel: A vmcoreinfo of another kernel or boot/,
    },
  },
  'crash-time-contradicted': {
    made: { on: () => timed(' "CRASHTIME=1700000000"', 'time 1600000000\n'), says: /by CRASHTIME, which another time in the dump contradicts/ },
    without: { on: () => timed(' "CRASHTIME=1700000000"', 'time 1700000005\n'), says: /kdump at 2023-11-14T22:13:20Z: / },
    against: { on: () => timed(' "CRASHTIME=-1"', 'time 1600000000\n'), says: /a time that is not known \(CRASHTIME is -1\)/ },
  },
  'machine-contradicted': {
    made: {
      on: () => named('aarch64', ' "NUMBER(phys_base)=0"\ncpu\n'),
      says: /The header and the notes name different machines: it says "aarch64"; taken as x86_64/,
    },
    without: { on: () => named('aarch64', '\ncpu\n'), says: /"arch":"aarch64"/ },
    against: { on: () => named('x86_64', ' "NUMBER(phys_base)=0"\ncpu\n'), says: /"arch":"x86_64"/ },
  },
  'log-ends': {
    made: { on: () => logSource(changed((system) => headAt(system, -3n))), says: /^8 records of .*complete records outside its head/ },
    without: { on: () => logSource(open(s390xSystem())), says: /^8 records of (?!.*outside)/ },
    against: { on: () => logSource(changed((system) => headAt(system, 1n << 40n))), says: /its head 0x\w+ is more than \d+ descriptors after its tail/ },
  },
};
