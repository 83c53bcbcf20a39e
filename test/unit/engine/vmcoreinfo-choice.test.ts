/** Which of several texts of vmcoreinfo describes the dumped kernel: memory decides, and the others are named. */
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { describeLog } from '../../../src/analysis/engine/kernel/dmesg.ts';
import { answerVmcoreinfo } from '../../../src/analysis/engine/kernel/vmcoreinfo.ts';
import { vmcoreinfoChoice } from '../../../src/analysis/engine/session/kernel-search.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { caseSession } from '../../case-answers.ts';

const { signal } = new AbortController();
const build = () => s390xSystem({ state: 'kdump' });
const text = build().vmcoreinfo ?? '';
const open = (system: ReturnType<typeof build>): Session => sessionOn(memorySource('dump', elfVmcore(system)));
/** The note of the file says this; memory is as it was. */
const withNote = (note: string): Session => open({ ...build(), vmcoreinfo: note });
const moved = text.replaceAll(
  /(SYMBOL\(\w+\)=)([0-9a-f]+)/g,
  (_, key: string, address: string) => `${key}${(BigInt(`0x${address}`) + 0x1_0000n).toString(16)}`,
);
const check = async (session: Session) => {
  await session.lookForKernel(signal);
  return (await checkSession(session, 'headers', signal)).find(({ id }) => id === 'vmcoreinfo');
};

describe('a note that is not of the kernel in memory', () => {
  it('of another boot: memory has the right one, which every answer uses; the note is named', async () => {
    const session = withNote(moved);
    const [found, whole] = await Promise.all([triage(session, signal), triage(open(build()), signal)]);
    expect(found.reason).toBe(whole.reason);
    expect(found.info.times.crash).toBe(whole.info.times.crash);
    expect(session.knownVmcoreinfo?.source).toMatch(/^memory, absolute/);
    expect(found.info.findings).toContainEqual(
      expect.objectContaining({ id: 'vmcoreinfo/not-this-kernel', detail: expect.stringContaining('another boot of the same kernel') as string }),
    );
    expect(await check(session)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/is of another boot .* fits memory and is used$/) as string,
    });
    expect((await describeLog(withNote(moved), signal)).records).toHaveLength(8);
  });

  it('of another boot leads to no CPUs: the prefixes are those of the text that fits', async () => {
    const prefixes = async (note: string): Promise<readonly (string | undefined)[]> => {
      const system = build();
      const session = sessionOn(memorySource('dump', elfVmcore({ ...system, cpus: [], vmcoreinfo: note }, { producer: 'qemu', vmcoreinfoNote: true })));
      return (await triage(session, signal)).cpus.map(({ prefix }) => prefix);
    };
    const right = await prefixes(text);
    expect(right.length).toBeGreaterThan(0);
    expect(await prefixes(moved)).toEqual(right);
  });

  it('of another release', async () => {
    const session = withNote(text.replace(/^OSRELEASE=.*$/m, 'OSRELEASE=4.4.0-other'));
    expect((await triage(session, signal)).info.kernel.release).toBe(build().uts.release);
    expect(await check(session)).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('4.4.0-other') as string });
    const { copies } = await answerVmcoreinfo(session, true, signal);
    expect(copies).toContainEqual(expect.objectContaining({ fits: 'no', of: 'another kernel (4.4.0-other)', release: '4.4.0-other' }));
  });

  it('of the same kernel with a damaged line, or cut, is called damaged, and not of another kernel', async () => {
    const changes = [
      text.replace(/^(OSRELEASE=.)./m, '$1\u0007'),
      text.replace(/^OSRELEASE/m, 'OSREL#ASE'),
      text.replace(/^(SYMBOL\(init_uts_ns\)=).*$/m, '$1180000'),
    ];
    for (const note of changes) {
      const { info } = await triage(withNote(note), signal);
      expect(info.kernel.release).toBe(build().uts.release);
      expect(info.findings).toContainEqual(
        expect.objectContaining({
          severity: 'warning',
          title: 'A damaged vmcoreinfo',
          detail: expect.stringMatching(/of the same kernel, and (cut or )?damaged/) as string,
        }),
      );
    }
  });

  it('of the same kernel with another CRASHTIME: the difference is named, and neither time is given as a fact', async () => {
    const { info, checks, reason } = await triage(withNote(text.replace(/^CRASHTIME=.*$/m, 'CRASHTIME=1700000000')), signal);
    expect(info.findings).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        title: 'Two texts of vmcoreinfo name different times of the crash',
        detail: expect.stringContaining('not 1700000000') as string,
      }),
    );
    expect(checks.find(({ id }) => id === 'cross-time')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/^CRASHTIME: it is 1700000000 in/) as string,
    });
    expect(info.provenance?.['/times/crash']).toMatchObject({ trust: 'contradicted' });
    expect(reason).toContain('by CRASHTIME, which another time in the dump contradicts');
  });

  it('of the same kernel without CRASHTIME: that of the text in memory is used, and no check fails', async () => {
    const session = withNote(text.replace(/^CRASHTIME=.*\n/m, ''));
    const [found, whole] = await Promise.all([triage(session, signal), triage(open(build()), signal)]);
    expect(found.info.times.crash).toBe(whole.info.times.crash);
    expect(found.reason).toBe(whole.reason);
    expect(found.info.findings).toEqual(whole.info.findings);
    expect(await check(session)).toMatchObject({ verdict: 'passed' });
  });

  it('of the same kernel with another line that memory does not refute: both fit, the line is named, and the time stays', async () => {
    const session = withNote(text.replace(/^(SIZE\(list_head\)=).*$/m, '$124'));
    const { info, checks } = await triage(session, signal);
    expect(checks.find(({ id }) => id === 'vmcoreinfo')).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/differ in SIZE\(list_head\)$/) as string,
    });
    expect(info.findings).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        title: 'Texts of vmcoreinfo of one kernel differ',
        detail: expect.stringContaining('the same kernel, but differs in 1 line: SIZE(list_head)') as string,
      }),
    );
    expect(info.provenance?.['/times/crash']?.trust).not.toBe('contradicted');
  });

  it('stays in use where memory has no better one, and the check says that it does not fit', async () => {
    const system = build();
    const lost = Buffer.from(text.slice(0, 64));
    for (let at = 0; at < system.memory.size; at += 4096) {
      const page = Buffer.from(system.memory.read(at, 4096));
      if (page.includes(lost)) system.memory.fill(at, 4096, 0);
    }
    const session = open({ ...system, memory: system.memory.fill(0xe0c, 8, 0), vmcoreinfo: moved });
    expect(await check(session)).toMatchObject({
      verdict: 'failed',
      detail: expect.stringContaining('no other text of vmcoreinfo that fits was found') as string,
    });
    expect(session.knownVmcoreinfo?.source).toMatch(/^note/);
  });

  it('nothing is searched for if it fits', async () => {
    const session = withNote(text);
    await session.lookForKernel(signal);
    await session.findKernel(signal);
    expect(vmcoreinfoChoice(session)).toMatchObject({ used: { fit: { fits: 'yes' } }, others: [] });
    expect(await check(session)).toMatchObject({ verdict: 'passed' });
  });
});

describe('texts that nothing leads to', () => {
  it('the one from the moment of the crash goes before one from earlier', async () => {
    const system = build();
    system.memory.fill(0xe0c, 8, 0).text(0x1a_0000, text.replace(/^CRASHTIME=.*\n/m, ''));
    const session = sessionOn(memorySource('dump', elfVmcore(system, { producer: 'qemu' })));
    await session.lookForKernel(signal);
    expect(session.knownVmcoreinfo?.entries.has('CRASHTIME')).toBe(true);
    expect(vmcoreinfoChoice(session).others.map(({ vmcoreinfo }) => vmcoreinfo.address)).toContain(0x1a_0000n);
  });

  it('two kernels in one dump are named, on every architecture', async () => {
    const names = (at: number, release: string): string =>
      [
        ['Linux', 0],
        ['host', 65],
        [release, 130],
        ['#1 SMP', 195],
        ['x86_64', 260],
      ]
        .map(([value, offset]) => `text ${at + 4 + Number(offset)} "${String(value)}\\0"\n`)
        .join('');
    const lines = (release: string, moved: number, more: string): string =>
      [
        `OSRELEASE=${release}`,
        'PAGESIZE=4096',
        'SYMBOL(init_uts_ns)=ffffffff81200000',
        `NUMBER(phys_base)=${moved}`,
        ...Array.from({ length: 8 }, (_, n) => `NUMBER(N${n})=${n}`),
        more,
      ].join('\\n');
    const kernels = `arch x86_64\nmemory 48 MiB\n${names(0x120_0000, '6.1.0')}${names(0x220_0000, '6.1.0')}text 0x1300000 "${lines('6.1.0', 0, 'CRASHTIME=1')}\\n"\ntext 0x2300000 "${lines('6.1.0', 0x100_0000, 'X=1')}\\n"\n`;
    const session = caseSession('dump', `${kernels}cpu\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`);
    const { info } = await triage(session, signal);
    expect(session.knownVmcoreinfo?.address).toBe(0x130_0000n);
    expect(info.findings).toContainEqual(
      expect.objectContaining({ id: 'vmcoreinfo/second-kernel', detail: expect.stringContaining('another kernel in this dump (6.1.0)') as string }),
    );
  });
});

describe('a text in memory that no pointer at a fixed place leads to, but a variable of the kernel', () => {
  const noted = (change: (own: string) => string): Session => {
    const made = s390xSystem({ state: 'kdump', noteVariable: true });
    return open({ ...made, memory: made.memory.fill(0xe0c, 8, 0), vmcoreinfo: change(made.vmcoreinfo ?? '') });
  };

  it('is compared with the note: differences are named, without a scan', async () => {
    const session = noted((own) => own.replace(/^CRASHTIME=.*$/m, 'CRASHTIME=1700000000'));
    const { checks } = await triage(session, signal);
    expect(checks.find(({ id }) => id === 'cross-time')?.detail).toMatch(
      /^CRASHTIME: it is 1700000000 in the note .*, and \d+ in memory, absolute 0x210018, by vmcoreinfo_note/,
    );
  });

  it('is used where the note has no CRASHTIME', async () => {
    const { info } = await triage(
      noted((own) => own.replace(/^CRASHTIME=.*\n/m, '')),
      signal,
    );
    expect(info.times.crash).toBe((await triage(open(build()), signal)).info.times.crash);
    expect(info.provenance?.['/times/crash']?.source).toContain('by vmcoreinfo_note');
  });

  it('makes one kernel, however often it is looked for: what was found with it stays', async () => {
    const session = noted((own) => own.replace(/^CRASHTIME=.*\n/m, ''));
    await session.lookForKernel(signal);
    const first = session.knownKernel;
    await session.lookForKernel(signal);
    expect(session.knownKernel).toBe(first);
  });

  it('that is the same is not reported', async () => {
    const session = noted((own) => own);
    await session.lookForKernel(signal);
    expect(vmcoreinfoChoice(session).others).toEqual([]);
  });
});

describe('a header of kdump with another text than the note', () => {
  const kdump = (header: string): Session => {
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => `"${line}"`);
    return caseSession('dump', `arch s390x\nmemory 1 MiB\ncpu\nvmcoreinfo ${lines.join(' ')}\n${header}format kdump-compressed codec=zlib\n`);
  };

  it('is collected too', () => {
    const note = text.replace(/^CRASHTIME=.*$/m, 'CRASHTIME=1700000000').replaceAll('\n', '\\n');
    const { image } = kdump(`note VMCOREINFO 0 "${note}"\n`);
    expect(image.notes.filter(({ owner }) => owner === 'VMCOREINFO')).toHaveLength(2);
    expect(kdump('').image.notes.filter(({ owner }) => owner === 'VMCOREINFO')).toHaveLength(1);
  });
});

describe('addresses of another boot that lead to the right memory by chance', () => {
  const top = 0x101_0000;
  const names = ['Linux', 'host', '6.1.0', '#1 SMP', 'x86_64'].map((value, at) => `text ${0x120_0004 + 65 * at} "${value}\\0"\n`).join('');
  const entry = (address: number, value: number): string => `u64 0x${address.toString(16)} 0x${value.toString(16)}\n`;
  /** Four levels that map 0xffffffff81200000 by a frame of 2 MiB. */
  const tables = entry(top + 511 * 8, 0x102_0003) + entry(0x102_0000 + 510 * 8, 0x103_0003) + entry(0x103_0000 + 9 * 8, 0x120_0083);
  const lines = (moved: bigint, more: string): string => {
    const symbol = (address: bigint): string => (0xffff_ffff_8000_0000n + address + moved).toString(16);
    return [
      'OSRELEASE=6.1.0',
      'PAGESIZE=4096',
      `SYMBOL(init_uts_ns)=${symbol(0x120_0000n)}`,
      `SYMBOL(init_top_pgt)=${symbol(0x101_0000n)}`,
      `NUMBER(phys_base)=${-moved}`,
      ...Array.from({ length: 8 }, (_, n) => `NUMBER(N${n})=${n}`),
      more,
    ].join('\\n');
  };
  const dump = (note: string): string =>
    `arch x86_64\nmemory 24 MiB\n${names}${tables}text 0x1300000 "${lines(0n, 'X=1')}\\n"\ncpu\nnote VMCOREINFO 0 "${note}\\n"\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`;

  it('are identified by the page tables, and the text that they agree with is used', async () => {
    const session = caseSession('dump', dump(lines(0x40_0000n, 'X=2')));
    const { info } = await triage(session, signal);
    expect(session.knownVmcoreinfo?.address).toBe(0x130_0000n);
    expect(info.findings).toContainEqual(
      expect.objectContaining({
        id: 'vmcoreinfo/not-this-kernel',
        detail: expect.stringContaining('page tables of the kernel in memory do not map it') as string,
      }),
    );
    expect(vmcoreinfoChoice(caseSession('dump', dump(lines(0n, 'X=2')))).used?.fit.fits).toBe('yes');
  });

  it('are not refuted by tables that are not in the dump', () => {
    const note = lines(0x40_0000n, 'X=2');
    const session = caseSession('dump', dump(note).replace('cpu\n', 'cpu\nload 0x0 0x1000\nload 0x1200000 0x200000\n'));
    expect(vmcoreinfoChoice(session).used?.fit.fits).toBe('yes');
  });

  it.each([
    ['the top table', tables.slice(0, tables.indexOf('\n') + 1)],
    ['a table below it', tables.slice(tables.lastIndexOf('u64'))],
  ])('are not refuted by tables that were wiped: %s', (_, line) => {
    const session = caseSession('dump', dump(lines(0x40_0000n, 'X=2')).replace(line, ''));
    expect(vmcoreinfoChoice(session).used?.fit.fits).toBe('yes');
  });
});

describe('a BUILD-ID', () => {
  const another = 'ffff'.repeat(10);
  const rebuilt = text.replace(/^BUILD-ID=.*$/m, `BUILD-ID=${another}`);
  const inMemory = /^memory, absolute/;

  it('of the image in memory confirms the text', async () => {
    expect(await check(withNote(text))).toMatchObject({
      verdict: 'passed',
      steps: expect.arrayContaining([
        expect.objectContaining({
          check: 'the kernel in memory',
          passed: true,
          detail: expect.stringContaining('its BUILD-ID is in the kernel image, at absolute 0x180000') as string,
        }),
      ]) as unknown[],
    });
  });

  it('of another build of the same release: the text with the right one is used, and the other is named', async () => {
    const session = withNote(rebuilt);
    const { info } = await triage(session, signal);
    expect(session.knownVmcoreinfo?.source).toMatch(inMemory);
    expect(info.findings).toContainEqual(
      expect.objectContaining({
        id: 'vmcoreinfo/not-this-kernel',
        detail: expect.stringMatching(/is of another build of 6\.1\.130: .*BUILD-ID ffff.* is not in the kernel image in memory, which has 5d0be2c4/) as string,
      }),
    );
    expect(await check(withNote(rebuilt))).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('another build of') as string });
    const { copies } = await answerVmcoreinfo(withNote(rebuilt), true, signal);
    expect(copies).toContainEqual(expect.objectContaining({ fits: 'no', of: 'another build of 6.1.130' }));
  });

  it('decides between texts that nothing leads to', async () => {
    const system = build();
    system.memory.fill(0xe0c, 8, 0).text(0x1a_0000, `${rebuilt}MORE=1\nEVEN_MORE=1\n`);
    const session = sessionOn(memorySource('dump', elfVmcore(system, { producer: 'qemu' })));
    await session.lookForKernel(signal);
    expect(session.knownVmcoreinfo?.entries.get('BUILD-ID')).not.toBe(another);
    expect(vmcoreinfoChoice(session).others.find(({ vmcoreinfo }) => vmcoreinfo.address === 0x1a_0000n)?.fit.fits).toBe('no');
  });

  it('of the only text, but not of the image: it is used because there is no other, and this is a finding', async () => {
    const system = build();
    for (let at = 0; at < system.memory.size; at += 4096) {
      const page = Buffer.from(system.memory.read(at, 4096));
      if (page.includes('BUILD-ID='))
        system.memory.write(at, Buffer.from(page.toString('latin1').replace(/BUILD-ID=[0-9a-f]{40}/, `BUILD-ID=${another}`), 'latin1'));
    }
    const session = open({ ...system, vmcoreinfo: rebuilt });
    const { info } = await triage(session, signal);
    expect(session.knownVmcoreinfo?.source).toMatch(/^note/);
    expect(info.findings).toContainEqual(
      expect.objectContaining({
        id: 'vmcoreinfo/not-this-kernel',
        severity: 'warning',
        detail: expect.stringContaining('because there is no other') as string,
      }),
    );
    expect(await check(session)).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('is not in the kernel image in memory') as string });
  });

  it('is not refuted by an image that is partly absent or has no notes', async () => {
    const bare = build();
    bare.memory.fill(0x18_0000, 64, 0);
    const session = open({ ...bare, vmcoreinfo: rebuilt });
    await session.lookForKernel(signal);
    expect(vmcoreinfoChoice(session).used).toMatchObject({ vmcoreinfo: { entries: expect.anything() as unknown }, fit: { fits: 'yes' } });
    expect(session.knownVmcoreinfo?.source).toMatch(/^note/);
    const gap = {
      producer: 'kernel',
      vmcoreinfoNote: true,
      loads: [0, 0x15_1000].map((address, at) => ({ address, size: at === 0 ? 0x15_0000 : 0x5a_f000 })),
    } as const;
    const partly = sessionOn(memorySource('dump', elfVmcore({ ...build(), vmcoreinfo: rebuilt }, gap)));
    await partly.lookForKernel(signal);
    expect(vmcoreinfoChoice(partly).used?.fit.fits).toBe('yes');
    expect(partly.knownVmcoreinfo?.source).toMatch(/^note/);
  });

  it('in either byte order, at the edge of a step, and of fewer bytes', async () => {
    const { lookForBuildId } = await import('../../../src/analysis/kernel/vmcoreinfo/build-id.ts');
    const note = (at: number, id: string): string =>
      `bytes 0x${at.toString(16)} 04000000${(id.length / 2).toString(16).padStart(2, '0')}00000003000000474e5500${id}\n`;
    const dump = (more: string): Session => caseSession('dump', `arch x86_64\nmemory 48 MiB\n${more}cpu\nformat elf-vmcore producer=qemu vmcoreinfo=no\n`);
    const look = async (more: string, id: string): Promise<string> => {
      const { image, memory } = dump(more);
      const entries = new Map(
        Object.entries({ 'BUILD-ID': id, 'NUMBER(phys_base)': '0', 'SYMBOL(_stext)': 'ffffffff81000000', 'SYMBOL(init_uts_ns)': 'ffffffff81400000' }),
      );
      return (await lookForBuildId(image, memory, { source: '', text: '', entries }, signal)).kind;
    };
    const [id, other] = ['12'.repeat(20), '34'.repeat(20)];
    expect(await look(note(0x1200000, id), id)).toBe('same');
    expect(await look(note(0x12ffff4, id), id)).toBe('same');
    expect(await look(note(0x1200000, '12'.repeat(16)), `${'12'.repeat(16)}00000000`)).toBe('same');
    expect(await look(note(0x1200000, other), id)).toBe('other');
    // Not aligned, outside the image, or none at all.
    expect(await look(note(0x1200002, id), id)).toBe('unknown');
    expect(await look(note(0x1500000, id), id)).toBe('unknown');
    expect(await look('', id)).toBe('unknown');
  });
});
