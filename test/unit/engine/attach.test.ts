/** Files that tell more of a dump's kernel, attached to it: seen in every answer, and only in the view that they were attached to. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/analysis/engine/session/attach.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { commands } from '../../../src/cli/commands/index.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, sampleBuildId } from '../../../src/samples/s390x-system.ts';
import { twoSystems } from '../../../src/samples/two-systems.ts';
import { engineProtocol } from '../../../src/shared/engine-protocol.ts';
import type { Info } from '../../../src/shared/model.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { describedVmlinux } from '../kernel/described-vmlinux.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const never = new AbortController().signal;

/** A kernel that does not publish its symbols. */
const system = s390xSystem({ kernel: '5.15' });
const dump = write('old.vmcore', elfVmcore(system));
const symbols = kernelSymbols(system.mapping).map((one) => ({ ...one, address: one.address - 0x8000n }));
const vmlinux = write('vmlinux', describedVmlinux({ symbols, buildId: sampleBuildId }));
const other = write('vmlinux-other', describedVmlinux({ symbols, buildId: '00'.repeat(20) }));
const named = 'in sysrq_handle_crash, called by __handle_sysrq';

describe('an attached vmlinux', () => {
  it('tells the triage where the system died; the dump without it stays as it was', async () => {
    const session = openSession(dump);
    try {
      const seen = await attach(session, { vmlinux }, never);
      const first = await triage(seen, never);
      expect(first.reason).toContain(named);
      expect(first.info.kernel.attached).toEqual([{ kind: 'vmlinux', file: 'vmlinux', proof: 'build-id' }]);
      const bare = await triage(session, never);
      expect(bare.reason).not.toContain(named);
      expect(bare.info.kernel.attached).toBeUndefined();
      expect(seen.bare).toBe(session);
      // What is attached next takes its place; nothing takes it away.
      expect((await attach(seen, { vmcoreinfo: write('text', system.vmcoreinfo ?? '') }, never)).attached.map(({ kind }) => kind)).toEqual(['vmcoreinfo']);
      expect(await attach(seen, {}, never)).toBe(session);
    } finally {
      session.close();
    }
  });

  it('is reported by every door: triage, info, registers, report', async () => {
    const triaged = await runInProcess(['triage', dump, '--vmlinux', vmlinux]);
    expect(triaged.out).toContain(named);
    expect(triaged.out).toContain('attached: vmlinux (vmlinux; it has the build ID of the dumped kernel)');
    expect((await runInProcess(['cpus', dump, '--vmlinux', vmlinux])).out).toContain('smp_stop_cpu+0x2e');
    expect((await runInProcess(['info', dump, '--vmlinux', vmlinux])).out).toContain('kernel.attached[0].proof');
    const report = await runInProcess(['report', dump, '--quick', '--format', 'markdown', '--vmlinux', vmlinux]);
    expect(report.out).toContain(named);
    expect(report.out).toContain('it has the build ID of the dumped kernel');
    // A report names no folder.
    expect(report.out).not.toContain(folder);
  });

  it('of another kernel is refused by every command', async () => {
    for (const command of ['triage', 'info', 'cpus', 'regions', 'kernel'])
      expect(await runInProcess([command, dump, '--vmlinux', other]), command).toMatchObject({
        code: 3,
        err: expect.stringContaining('it is of another kernel') as unknown,
      });
  });

  it('is used for the other system of a dump only if it is of its kernel', async () => {
    const { dumped, production } = twoSystems();
    const both = write('both.vmcore', elfVmcore(dumped, { producer: 'qemu' }));
    const session = openSession(both);
    try {
      const same = write('vmlinux-same', describedVmlinux({ symbols: kernelSymbols(production.mapping), buildId: sampleBuildId }));
      const prod = await attach(session.inView('prod'), { vmlinux: same }, never);
      expect(prod.attached).toHaveLength(1);
      expect(prod.inView('prod')).toBe(prod);
      expect(prod.view).toBe('prod');
      const whole = prod.inView('all');
      expect(whole.attached.length).toBe(whole.knownVmcoreinfo?.entries.get('BUILD-ID') === sampleBuildId ? 1 : 0);
      const text = write('prod-vmcoreinfo', production.vmcoreinfo ?? '');
      // Its addresses are those of one boot.
      expect((await attach(session.inView('prod'), { vmcoreinfo: text }, never)).inView('all').attached).toEqual([]);
    } finally {
      session.close();
    }
  });
});

describe('an attached text of vmcoreinfo', () => {
  const own = system.vmcoreinfo ?? '';
  const ownRelease = /^OSRELEASE=(.*)$/m.exec(own)?.[1] ?? '';
  const withLine = (name: string, key: string, value: string): string =>
    write(
      name,
      own
        .split('\n')
        .map((line) => (line.startsWith(`${key}=`) ? `${key}=${value}` : line))
        .join('\n'),
    );
  const about = async (command: string, file: string, more: readonly string[] = []) => runInProcess([command, dump, ...more, '--vmcoreinfo', file]);

  it('of another release or build is refused, and both names are given', async () => {
    const foreign = withLine('foreign', 'OSRELEASE', '5.14.0-foreign');
    for (const command of ['triage', 'info', 'verify', 'kernel']) {
      const { code, err } = await about(command, foreign);
      expect(code, command).toBe(3);
      expect(err).toContain('it is of another kernel: its release is 5.14.0-foreign, that of ');
      expect(err).toContain(` is ${ownRelease} (expected`);
    }
    const exported = join(folder, 'foreign-export');
    expect((await about('export', foreign, ['--format', 'elf', '--filter', '31', '-o', exported])).code).toBe(3);
    expect(existsSync(exported)).toBe(false);
    const built = await about('triage', withLine('built', 'BUILD-ID', '00'.repeat(20)));
    expect(built).toMatchObject({ code: 3, err: expect.stringContaining(`its build ID is ${'00'.repeat(20)}, that of `) as unknown });
    expect(built.err).toContain(sampleBuildId);
  });

  it('that differs in other lines is used with a warning that names them', async () => {
    const changed = withLine('changed', 'PAGESIZE', '8192');
    const { code, out } = await about('info', changed, ['--json']);
    expect(code).toBe(0);
    const info = JSON.parse(out) as Info;
    const differs = expect.stringMatching(/^it differs from the dump's own \(.*\), which is set aside, in 1 line: PAGESIZE$/) as unknown;
    expect(info.kernel.attached).toEqual([{ kind: 'vmcoreinfo', proof: 'build-id', differs, file: 'changed' }]);
    expect(info.findings.find(({ id }) => id === 'vmcoreinfo/attached')).toMatchObject({ severity: 'warning' });
    expect((await about('triage', changed)).out).toContain('which is set aside, in 1 line: PAGESIZE');
    const exported = await about('export', changed, ['--format', 'elf', '-o', join(folder, 'changed-export')]);
    expect(exported.err).toContain("the export keeps the dump's own vmcoreinfo");
  });

  it('that is the same causes no warning, and is not evidence of the release', async () => {
    const info = JSON.parse((await about('info', write('same', own), ['--json'])).out) as Info;
    expect(info.kernel.attached).toEqual([{ kind: 'vmcoreinfo', proof: 'build-id', file: 'same' }]);
    expect(info.findings.filter(({ id }) => id === 'vmcoreinfo/attached')).toEqual([]);
    expect(JSON.stringify(JSON.parse((await about('verify', join(folder, 'same'), ['--json'])).out))).toContain(
      'the attached vmcoreinfo, which is not part of the dump, says',
    );
  });

  it('is used and called unproven where the dump has nothing to compare with', async () => {
    const text = 'OSRELEASE=6.1.0-any\nPAGESIZE=4096\n';
    const blank = { ...system, vmcoreinfo: undefined, cpus: [], memory: s390xSystem({ kernel: '5.15' }).memory };
    blank.memory.fill(0, blank.memory.size, 0);
    const { out } = await runInProcess(['info', write('blank.vmcore', elfVmcore(blank, { producer: 'qemu' })), '--json', '--vmcoreinfo', write('any', text)]);
    const info = JSON.parse(out) as Info;
    expect(info.kernel.attached).toEqual([{ kind: 'vmcoreinfo', file: 'any' }]);
    expect(info.findings.find(({ id }) => id === 'vmcoreinfo/attached')?.title).toContain('Nothing shows');
  });
});

describe('the method attach', () => {
  it('gives a handle of its own, and closing any of them closes the dump', async () => {
    const engine = createEngine();
    const [near, far] = portPair();
    serve(engineProtocol, engine.handlers, far);
    const client = connect(engineProtocol, near);
    const { dump: plain } = await client.call('open', { path: dump });
    const { dump: seen, attached } = await client.call('attach', { dump: plain, vmlinux });
    expect(attached).toEqual([{ kind: 'vmlinux', path: vmlinux, proof: 'build-id' }]);
    expect((await client.call('triage', { dump: seen })).reason).toContain(named);
    expect((await client.call('triage', { dump: plain })).reason).not.toContain(named);
    const { dump: again, attached: none } = await client.call('attach', { dump: seen });
    expect(none).toEqual([]);
    expect((await client.call('triage', { dump: again })).reason).not.toContain(named);
    await client.call('close', { dump: seen });
    for (const handle of [plain, seen, again]) await expect(client.call('info', { dump: handle })).rejects.toThrow(/no open dump/);
    engine.close();
  });
});

describe('the options', () => {
  /** What these print is of bytes and files, whatever the kernel is. */
  const ofBytes = ['notes', 'osinfo', 'index', 'cache', 'search', 'manifest', 'attest', 'sample', 'open', 'catalogue', 'fleet', 'completion', 'doctor'];
  it.each(commands.map((command) => [command.name, command] as const))('%s', (name, { ofKernel }) => {
    expect(ofKernel === true).toBe(!ofBytes.includes(name));
  });
});
