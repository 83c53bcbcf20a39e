/** What we say of real dumps with a recorded damage, and that we say nothing bad of the undamaged ones. */
import { describe, expect, it } from 'vitest';
import { DumpError } from '../../src/shared/dump-error.ts';
import type { CheckResult } from '../../src/shared/check-model.ts';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { cksm } from '../../src/samples/cksm.ts';
import { damagedText, derivedDumps, derivedFact, openDumpSource, orNone, wholeDumps, type DumpEntry } from '../dumps.ts';
import { answersOf, type Answers } from './answers.ts';
import { withSession } from './oracle-suite.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const hexOf = (text: string): string => hex(BigInt(text));
const check = (answers: Answers, id: string): CheckResult | undefined => answers.checks.find((one) => one.id === id);
const failures = (answers: Answers): string[] => answers.checks.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id);
const findingIds = (answers: Answers): string[] => answers.info.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);

/** Where the record of a damage says that a structure lies. */
const placeOf = (entry: DumpEntry, name: string): bigint => BigInt(derivedFact(entry, name) ?? '0');

/** Expected refusals: kind of the error and position in the file. */
const refusals: Readonly<Record<string, { readonly kind: string; readonly offset: number; readonly what: RegExp }>> = {
  's7-empty.elf': { kind: 'not-this-format', offset: 0, what: /empty/ },
  's7-header-magic.elf': { kind: 'not-this-format', offset: 0, what: /7e 45 4c 46/ },
  's7-header-magic.s390': { kind: 'not-this-format', offset: 0, what: /a8 19 01 74/ },
  's7-header-phoff.elf': { kind: 'truncated', offset: 0x20, what: /past the end of the file/ },
};

/** What is expected of a damage that leaves the dump readable. */
const expectations: Readonly<Record<string, (answers: Answers, entry: DumpEntry) => void | Promise<void>>> = {
  's6-kdump-overwritten'(answers) {
    // The digests themselves are compared with the facts texts.
    expect(failures(answers)).toEqual(['purgatory-sha256']);
    expect(answers.osInfo?.panicKdump?.outcome).toBe('falls-to-panic-action');
    // The stand-alone tool loads a kernel from disk: what lies in memory does not matter to it.
    expect(answers.osInfo?.standaloneKdump.outcome).toBe('start-kdump');
    expect(answers.osInfo?.twoStage?.outcome).toBe('full-dump');
  },
  's6-outside-regions'(answers) {
    expect(failures(answers)).toEqual([]);
    expect(check(answers, 'purgatory-sha256')?.verdict).toBe('passed');
    expect(answers.osInfo?.panicKdump?.outcome).toBe('start-kdump');
    expect(answers.osInfo?.twoStage?.outcome).toBe('start-kdump');
  },
  async 's6-osinfo-checksum'(answers, entry) {
    const at = placeOf(entry, 'os_info_at');
    const recorded = /csum (0x[0-9a-f]+)/.exec(damagedText(entry.name.replace(/s390$/, 'elf'), 'kdump-facts.txt') ?? '')?.[1] ?? '';
    const page = await withSession(entry, (session) => session.memory.readExactly(at, 4096, 'os_info'));
    expect(failures(answers)).toEqual(['os-info-page']);
    expect(check(answers, 'os-info-page')).toMatchObject({
      recorded: hexOf(recorded),
      computed: hex(cksm(page.subarray(12))),
      ranges: [{ space: 'absolute', start: hex(at + 8n), end: hex(at + 4096n) }],
    });
    expect(answers.osInfo?.standaloneKdump).toMatchObject({ outcome: 'disabled-wait', failedCheck: 'os_info checksum', waitCode: '0x4521' });
    expect(answers.info.provenance?.['/memory/crashkernel']?.trust).toBe('contradicted');
  },
  's6-osinfo-wiped'(answers, entry) {
    const at = placeOf(entry, 'os_info_at');
    const found = /os_info magic (0x[0-9a-f]+)/.exec(damagedText(entry.name.replace(/s390$/, 'elf'), 'kdump-facts.txt') ?? '')?.[1] ?? '';
    expect(failures(answers)).toEqual(['os-info-page']);
    expect(check(answers, 'os-info-page')).toMatchObject({
      recorded: '0x4f53494e464f535a',
      computed: hexOf(found),
      ranges: [{ space: 'absolute', start: hex(at), end: hex(at + 4096n) }],
    });
    expect(answers.osInfo?.standaloneKdump).toMatchObject({ outcome: 'disabled-wait', failedCheck: 'os_info magic', waitCode: '0x4520' });
    expect(answers.info.memory.crashkernel).toBeUndefined();
  },
  async 's6-vmcoreinfo-damaged'(answers, entry) {
    const at = placeOf(entry, 'vmcoreinfo_note_at');
    expect(failures(answers)).toEqual(['vmcoreinfo']);
    expect(check(answers, 'vmcoreinfo')?.ranges).toEqual([{ space: 'absolute', start: hex(at), end: hex(at + 24n) }]);
    expect(answers.vmcoreinfo).toBeUndefined();
    expect(answers.info.kernel.release).toBeUndefined();
    const search = await withSession(entry, (session) => session.vmcoreinfo);
    expect(search).toMatchObject({ missing: {}, address: at });
  },
  's7-bad-end-marker.s390'(answers) {
    expect(failures(answers)).toEqual(['end-marker']);
    expect(check(answers, 'end-marker')).toMatchObject({ recorded: 'DUMP_END', ranges: [{ bytes: 16 }] });
    expect(check(answers, 'end-marker')?.computed).not.toBe('DUMP_END');
    expect(answers.info.container.complete).toBe(false);
  },
  's7-no-end-marker.s390'(answers) {
    expect(failures(answers)).toEqual(['end-marker']);
    expect(findingIds(answers)).toEqual(['end-marker/missing']);
    expect(answers.info.container.complete).toBe(false);
  },
  's7-header-memsize.s390'(answers) {
    expect(failures(answers)).toEqual(['container-complete', 'end-marker']);
    const { recorded = '0', computed = '0' } = check(answers, 'container-complete') ?? {};
    expect(BigInt(recorded) - BigInt(computed)).toBe(1n << 30n);
    expect(check(answers, 'container-complete')?.ranges).toEqual([{ fileOffset: 0x18, bytes: 8 }]);
  },
  's7-truncated.s390'(answers, entry) {
    expect(failures(answers)).toEqual(['container-complete', 'end-marker']);
    expect(check(answers, 'container-complete')?.ranges).toEqual([{ space: 'absolute', start: hex(entry.size - 4096), end: answers.memoryEnd }]);
  },
  's7-cut-in-notes.elf'(answers, entry) {
    expect(failures(answers)).toEqual(['container-complete']);
    expect(findingIds(answers)).toContain('container-complete/notes');
    expect(answers.notes).toEqual([]);
    expect(check(answers, 'container-complete')?.ranges?.[0]).toMatchObject({ fileOffset: 0x130, bytes: entry.size - 0x130 });
    expect(check(answers, 'os-info-page')?.verdict).toBe('unreadable');
    expect(answers.regions.filter(({ kind }) => kind === 'stored')).toEqual([]);
  },
  's7-header-phnum.elf'(answers) {
    expect(failures(answers)).toContain('container-complete');
    expect(answers.info.container.complete).toBe(false);
    // The true headers come first, and with them the memory.
    expect(answers.cpus).toHaveLength(1);
  },
  's7-load-filesz.elf'(answers, entry) {
    expect(failures(answers)).toEqual(['container-complete']);
    expect(answers.info.findings.map(({ id }) => id)).toEqual(['container-complete/elf-header-size', 'segments/filesz', 'container-complete/truncated']);
    expect(check(answers, 'container-complete')?.ranges).toMatchObject([{ fileOffset: entry.size }]);
  },
  's7-note-size.elf'(answers) {
    expect(failures(answers)).toEqual(['container-complete']);
    expect(findingIds(answers)).toEqual(['container-complete/notes']);
    expect(check(answers, 'container-complete')?.ranges).toEqual([{ fileOffset: 0x130, bytes: 12 }]);
    expect(answers.notes).toEqual([]);
    // What is known of CPUs then comes from the lowcores alone.
    expect(answers.cpus.filter(({ source }) => source === 'note')).toEqual([]);
  },
  's7-truncated.elf'(answers, entry) {
    expect(failures(answers)).toEqual(['container-complete']);
    expect(check(answers, 'container-complete')).toMatchObject({
      computed: `${entry.size} bytes`,
      ranges: [{ space: 'absolute', start: hex(entry.size - 0x608), end: answers.memoryEnd }],
    });
  },
};

/** The part of a name that says what was done. */
const damageOf = (name: string): string => /s\d-[a-z-]+/.exec(name)?.[0] ?? '';
const find = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  table[`${damageOf(name)}.${name.split('.').at(-1) ?? ''}`] ?? table[damageOf(name)];

describe.skipIf(derivedDumps.length === 0)('damaged dumps', () => {
  it.each(orNone(derivedDumps).map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    const refusal = find(refusals, name);
    if (refusal !== undefined) {
      const { source, close } = await openDumpSource(entry);
      try {
        expect(() => sessionOn(source)).toThrow(DumpError);
        expect(() => sessionOn(source)).toThrow(
          expect.objectContaining({ kind: refusal.kind, where: { file: name, offset: refusal.offset }, what: expect.stringMatching(refusal.what) as string }),
        );
      } finally {
        close();
      }
      return;
    }
    const expected = find(expectations, name);
    if (expected === undefined) throw new Error('nothing is expected of this damage: add it to the table');
    await expected(await withSession(entry, answersOf), entry);
  });

  it.each(orNone(derivedDumps.filter(({ name }) => name.includes('-s7-'))).map((entry) => [entry.name, entry] as const))(
    '%s: where zgetdump refuses, we refuse or fail a check',
    async (name, entry) => {
      expect(damagedText(name)).toMatch(/\[exit (1|139)\]/);
      const { source, close } = await openDumpSource(entry);
      try {
        const failed = await Promise.resolve()
          .then(() => sessionOn(source))
          .then(async (session) => failures(await answersOf(session)).length)
          .catch((error: unknown) => {
            expect(error).toBeInstanceOf(DumpError);
            return 1;
          });
        expect(failed).toBeGreaterThan(0);
      } finally {
        close();
      }
    },
  );
});

describe.skipIf(wholeDumps.length === 0)('undamaged dumps', () => {
  // zgetdump 2.16 took virtual for physical addresses when it wrote this one: it claims 4 TiB and has no end.
  const misconverted = (name: string): boolean => name.includes('no-end-marker');

  it.each(orNone(wholeDumps).map((entry) => [entry.name, entry] as const))('%s opens and fails no check', async (name, entry) => {
    const answers = await withSession(entry, answersOf);
    expect(answers.cpus.length).toBeGreaterThan(0);
    expect(failures(answers)).toEqual(misconverted(name) ? ['container-complete', 'end-marker'] : []);
    expect(findingIds(answers)).toEqual(misconverted(name) ? ['container-complete/truncated'] : []);
    expect(answers.info.container.complete).toBe(!misconverted(name));
    // QEMU's malformed header is worth a remark, not more.
    expect(answers.info.findings.some(({ id }) => id === 'container-complete/elf-header-size')).toBe(name.endsWith('qemu.elf'));
  });
});
