/** Files that tell more of a dump's kernel, attached to it: seen in every answer, and only in the view that they were attached to. */
import { writeFileSync } from 'node:fs';
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

  it('is told of by every door: triage, info, registers, report', async () => {
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

  it('is taken for the other system of a dump only where it is of its kernel', async () => {
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
  const ofBytes = ['notes', 'osinfo', 'index', 'cache', 'verify', 'search', 'manifest', 'attest', 'sample', 'open', 'catalogue'];
  it.each(commands.map((command) => [command.name, command] as const))('%s', (name, { ofKernel }) => {
    expect(ofKernel === true).toBe(!ofBytes.includes(name));
  });
});
