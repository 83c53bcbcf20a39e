/** Conclusions about what is excluded, which build and which text of vmcoreinfo is meant, what a transfer did, the loaded kdump kernel, and comparisons. */
import { contradictedMode } from '../../../src/analysis/arch/backtrace.ts';
import { unwindAarch64 } from '../../../src/analysis/arch/aarch64/unwind.ts';
import { comparability, type ComparedDump } from '../../../src/analysis/compare/comparability.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { places } from '../../../src/samples/s390x-places.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { withKnownIssues } from '../../../src/shared/known-issues.ts';
import { describedMemory } from '../kernel/described-memory.ts';
import { logged, verdictText } from '../kernel/verdict-evidence.ts';
import { caseSession } from '../../case-answers.ts';
import { said, saidOf, type ConclusionCase } from './conclusion.ts';

const never = new AbortController().signal;
const open = (system: S390xSystem): Session => sessionOn(memorySource('dump', elfVmcore(system)));

const another = 'ffff'.repeat(10);
/** Another BUILD-ID in the note and in memory: there is no text that fits. */
function rebuilt(change: (system: S390xSystem) => void = () => undefined): S390xSystem {
  const system = s390xSystem({ state: 'kdump' });
  change(system);
  for (const at of [places.vmcoreinfoNote, places.vmcoreinfoText]) {
    const page = Buffer.from(system.memory.read(at, 4096)).toString('latin1');
    system.memory.write(at, Buffer.from(page.replace(/BUILD-ID=[0-9a-f]{40}/, `BUILD-ID=${another}`), 'latin1'));
  }
  return { ...system, vmcoreinfo: (system.vmcoreinfo ?? '').replace(/^BUILD-ID=.*$/m, `BUILD-ID=${another}`) };
}
const fit = async (system: S390xSystem): Promise<string> => {
  const check = (await triage(open(system), never)).checks.find(({ id }) => id === 'vmcoreinfo');
  return `${check?.verdict ?? ''}: ${check?.detail ?? ''}; ${(check?.steps ?? []).map(({ detail }) => detail).join('; ')}`;
};

const note = async (change: (text: string) => string): Promise<string> => {
  const system = s390xSystem({ state: 'kdump' });
  return said(open({ ...system, vmcoreinfo: change(system.vmcoreinfo ?? '') }));
};

/** Two kernels: each text leads to names of its own. */
const kernels = (second: string): string => {
  const names = (at: number, release: string): string =>
    ['Linux', 'host', release, '#1 SMP', 'x86_64'].map((value, n) => `text ${at + 4 + 65 * n} "${value}\\0"\n`).join('');
  const lines = (moved: number, more: string): string =>
    ['OSRELEASE=6.1.0', 'PAGESIZE=4096', 'SYMBOL(init_uts_ns)=ffffffff81200000', `NUMBER(phys_base)=${moved}`, ...Array.from({ length: 8 }, (_, n) => `NUMBER(N${n})=${n}`), more].join('\\n'); // prettier-ignore
  return `arch x86_64\nmemory 48 MiB\n${names(0x120_0000, '6.1.0')}text 0x1300000 "${lines(0, 'CRASHTIME=1')}\\n"\n${second === '' ? '' : `${names(0x220_0000, second)}text 0x2300000 "${lines(0x100_0000, 'X=1')}\\n"\n`}cpu\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`;
};

const dump = elfVmcore(s390xSystem());
const toCrLf = (bytes: Uint8Array): Buffer => Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
const opened = (bytes: Uint8Array): string => {
  try {
    return `complete: ${String(openDump(memorySource('dump', bytes)).container.complete.value)}`;
  } catch (error) {
    return String(error);
  }
};

const purgatory = async (change: (system: S390xSystem) => void = () => undefined): Promise<string> => {
  const system = s390xSystem({ cpuCount: 1 });
  change(system);
  const session = sessionOn(memorySource('dump', s390Standalone(system)));
  const checks = await checkSession(session, 'quick', never);
  return checks
    .filter(({ id }) => id === 'purgatory-sha256' || id === 'kdump-image')
    .flatMap(({ id, verdict, detail, findings = [] }) => [`${id} ${verdict}: ${detail}`, ...findings.map((one) => `${one.id}: ${one.title}`)])
    .join('\n');
};
const loaded = (system: S390xSystem) => {
  if (system.kdump === undefined) throw new Error('no kdump kernel');
  return system.kdump;
};

const issues = (title: string, release: string | undefined = '6.1.130'): string => {
  const verdict = {
    title: 'BUG in weigh_parcel',
    class: 'bug',
    frames: ['weigh_parcel'],
    signature: {},
  } as unknown as Parameters<typeof withKnownIssues>[0];
  const found = withKnownIssues(verdict, [{ title, text: 'known since spring', release: { from: '6.1' } }], release).knownIssues ?? [];
  return found.length === 0 ? 'none fits' : found.map(({ text }) => text).join();
};

/** @param lines that differ between the two */
const compared = (left: string, right: string): string => {
  const side = (text: string): ComparedDump => {
    const session = caseSession('dump', `arch x86_64\nmemory 1 MiB\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096"${text}\ncpu\nformat elf-vmcore\n`);
    const { knownVmcoreinfo } = session;
    return {
      name: { file: 'dump', identity: '' },
      info: describeDump(session),
      vmcoreinfo: knownVmcoreinfo === undefined ? undefined : Object.fromEntries(knownVmcoreinfo.entries),
      moments: [],
    } as unknown as ComparedDump;
  };
  const { reasons, remarks } = comparability(side(left), side(right));
  return [...reasons.map(({ kind }) => kind), ...remarks.map(({ text }) => text)].join('; ') || 'nothing to remark';
};

const stack = { name: 'kernel stack', start: 0xffff_8000_0b00_0000n, end: 0xffff_8000_0b00_4000n };
const aarch64 = (start: { readonly pc: bigint; readonly framePointer: bigint; readonly isUser?: boolean }): string => {
  const memory = describedMemory('aarch64', new Map());
  const { detail } = unwindAarch64({ memory, symbols: undefined, stacks: [stack], authenticationMask: 0n }, { link: 0n, ...start });
  return detail;
};

export const newerConclusions: Readonly<Record<string, ConclusionCase>> = {
  'verdict-excluded': {
    made: { on: () => verdictText({}), says: /\(excluded: null-pointer .*early-boot/ },
    without: {
      on: () => verdictText({ logGap: 'The kernel log has gaps', noStacks: 'the stacks of the CPUs could not be followed' }),
      says: /^(?!.*(?:null-pointer|early-boot))/,
    },
    against: { on: () => verdictText({}, logged('5 Oops: 0004 ilc:3 [#1]')), says: /^(?!.*excluded: null-pointer)/ },
  },
  'known-issue': {
    made: { on: () => issues('BUG in *'), says: /^known since spring$/ },
    without: { on: () => issues('BUG in *', ''), says: /^none fits$/ },
    against: { on: () => issues('Deadlock of *'), says: /^none fits$/ },
  },
  'build-id': {
    made: { on: () => fit(s390xSystem({ state: 'kdump' })), says: /passed: .*its BUILD-ID is in the kernel image, at absolute 0x/ },
    without: {
      on: () => fit(rebuilt(({ memory }) => memory.fill(0x18_0000, 64, 0))),
      says: /passed: (?!.*BUILD-ID is)/,
    },
    against: { on: () => fit(rebuilt()), says: /failed: .*is not in the kernel image in memory/ },
  },
  'vmcoreinfo-differs': {
    made: {
      on: () => note((text) => text.replace(/^(SIZE\(list_head\)=).*$/m, '$124')),
      says: /Texts of vmcoreinfo of one kernel differ: .*differs in 1 line: SIZE\(list_head\)/,
    },
    without: { on: () => note((text) => text), says: /vmcoreinfo passed/ },
    against: {
      on: () => note((text) => text.replace(/^OSRELEASE=.*$/m, 'OSRELEASE=4.4.0-other')),
      says: /A vmcoreinfo of another kernel or boot: .*another kernel \(4\.4\.0-other\)/,
    },
  },
  'second-kernel': {
    made: { on: () => saidOf(kernels('6.1.0')), says: /vmcoreinfo\/second-kernel A second kernel lies in this dump/ },
    without: { on: () => saidOf(kernels('')), says: /^(?![^]*second-kernel)[^]*found by its text/ },
    against: { on: () => saidOf(kernels('5.4.0')), says: /vmcoreinfo\/not-this-kernel/ },
  },
  'text-transfer': {
    made: { on: () => opened(toCrLf(dump)), says: /a text-mode transfer has changed/ },
    without: { on: () => opened(dump.subarray(0, dump.length >> 1)), says: /^complete: false$/ },
    against: { on: () => opened(dump), says: /^complete: true$/ },
  },
  'purgatory-digest': {
    made: { on: () => purgatory(), says: /purgatory-sha256 passed: SHA-256 over \d regions/ },
    without: {
      on: () => purgatory((system) => system.memory.fill(loaded(system).digestAddress, 32, 0)),
      says: /no digest is recorded: .*cannot be determined from it/,
    },
    against: {
      on: () => purgatory((system) => system.memory.fill((loaded(system).regions[0]?.start ?? 0) + 0x4000, 16, 0x5a)),
      says: /does not match: the kdump kernel or its initrd, the recorded digest, or the region table changed after loading; which of them cannot be determined/,
    },
  },
  'purgatory-table': {
    made: {
      on: () => purgatory((system) => system.memory.fill(loaded(system).tableAddress, 256, 0)),
      says: /purgatory-sha256\/table: The region table of the loaded kdump kernel was overwritten/,
    },
    without: {
      on: () => purgatory((system) => system.memory.fill(loaded(system).digestAddress - 0x600, 0xc00, 0)),
      says: /purgatory-sha256\/no-table: The purgatory of the loaded kdump kernel was not found/,
    },
    against: { on: () => purgatory(), says: /purgatory-sha256 passed/ },
  },
  'contradicted-mode': {
    made: {
      on: () => aarch64({ pc: 0xffff_8000_0800_0000n, framePointer: stack.start + 0x100n, isUser: true }),
      says: new RegExp(`^${contradictedMode('PSTATE').slice(0, 40)}`),
    },
    without: { on: () => aarch64({ pc: 0x40_1000n, framePointer: 0x7f00n }), says: /^the CPU runs user code$/ },
    against: { on: () => aarch64({ pc: 0xffff_8000_0800_0000n, framePointer: 0x7f00n, isUser: false }), says: /is not in a known stack$/ },
  },
  'restarted-between': {
    made: { on: () => compared(' "KERNELOFFSET=1000"', ' "KERNELOFFSET=2000"'), says: /the system was restarted between the two/ },
    without: { on: () => compared(' "KERNELOFFSET=1000"', ''), says: /^nothing to remark$/ },
    against: { on: () => compared(' "KERNELOFFSET=1000" "BUILD-ID=aa"', ' "KERNELOFFSET=2000" "BUILD-ID=bb"'), says: /^build-id; different kernel addresses/ },
  },
};
