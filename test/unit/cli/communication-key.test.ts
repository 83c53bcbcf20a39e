/** The dump of a secure guest by the command line: with its key, without, with another; and that nothing of either is left anywhere. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { pvElf, sampleCommunicationKey } from '../../../src/samples/pv-elf.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const cache = scratchFolder();
const out = scratchFolder();
const system = s390xSystem({ cpuCount: 2, state: 'disabled-wait', registers: 'believable' });
const inFolder = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const dump = inFolder('guest.elf', pvElf(system));
const plain = inFolder('plain.elf', elfVmcore(system, { producer: 'qemu' }));
const keyName = 'owner-of-the-guest.key';
const key = inFolder(keyName, sampleCommunicationKey);
const before = process.env.XDG_CACHE_HOME;

beforeAll(() => {
  process.env.XDG_CACHE_HOME = cache;
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

/** All files below a folder, as one text. */
const written = (place: string): string =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');

describe('with the key', () => {
  it('commands answer as for the same memory in plain', async () => {
    for (const command of [['dmesg'], ['kernel'], ['backtrace', '--cpu', '0']] as const) {
      const [name, ...rest] = command;
      const [one, other] = [await runInProcess([name, dump, ...rest, '--cck', key]), await runInProcess([name, plain, ...rest])];
      expect([name, one.code, one.err]).toEqual([name, other.code, other.err]);
      expect(one.out.replaceAll('guest.elf', 'plain.elf')).toBe(other.out);
      expect(one.out.length).toBeGreaterThan(100);
    }
  });

  it('verifies all of it, and keeps no index', async () => {
    const verified = JSON.parse((await runInProcess(['verify', dump, '--json', '--cck', key])).out) as { digests: { memoryRoot?: string } };
    expect(verified.digests.memoryRoot).toMatch(/^[0-9a-f]{64}$/);
    for (const command of [
      ['index', dump],
      ['sql', dump, 'SELECT count(*) FROM page'],
      ['search', dump, 'x', '--class', 'text'],
    ] as const) {
      const { code, err } = await runInProcess([...command, '--cck', key]);
      expect([command[0], code]).toEqual([command[0], 3]);
      expect(err).toContain('nothing of its memory is put on disk');
    }
    const counted = await runInProcess(['sql', dump, 'SELECT count(*) AS n FROM analysis_log', '--json', '--cck', key]);
    expect(counted.code, counted.err).toBe(0);
    expect(written(cache)).toBe('');
  });

  it('leaves neither the key nor its name in what is handed on', async () => {
    for (const format of ['json', 'html', 'markdown']) {
      const { code, err } = await runInProcess(['report', dump, '--format', format, '-o', join(out, `report.${format}`), '--cck', key]);
      expect([format, code, err]).toEqual([format, 0, expect.any(String)]);
    }
    const texts = [
      written(out),
      written(cache),
      (await runInProcess(['triage', dump, '--json', '--cck', key])).out,
      (await runInProcess(['info', dump, '--cck', key])).out,
    ];
    for (const text of texts) {
      expect(text).not.toContain(keyName);
      expect(text).not.toContain(Buffer.from(sampleCommunicationKey).toString('hex'));
      expect(text).not.toContain(Buffer.from(sampleCommunicationKey).toString('latin1'));
    }
  });
});

describe('without a key that fits', () => {
  it('says that memory is encrypted, and shows none of it', async () => {
    for (const command of [
      ['dmesg'],
      ['tasks'],
      ['symbols', 'init_task'],
      ['search', 'Linux'],
      ['read', '0x208000', '64'],
      ['triage'],
      ['disassemble', 'absolute:0x208000'],
    ]) {
      const [name = '', ...rest] = command;
      const { out: text, err } = await runInProcess([name, dump, ...rest]);
      expect([name, text + err]).toEqual([name, expect.stringContaining('encrypted')]);
      expect(text).not.toContain('Linux version');
    }
    const { verdict } = (JSON.parse((await runInProcess(['triage', dump, '--json'])).out) as { dumps: { verdict: { class: string } }[] }).dumps[0] ?? {};
    expect(verdict?.class).toBe('unknown');
  });

  it('refuses another key, and what is no key', async () => {
    const wrong = await runInProcess(['info', dump, '--cck', inFolder('other.key', new Uint8Array(32).fill(7))]);
    expect([wrong.code, wrong.out]).toEqual([3, '']);
    expect(wrong.err).toContain('the customer communication key does not match this dump');
    const short = await runInProcess(['info', dump, '--cck', inFolder('short.key', new Uint8Array(31))]);
    expect(short.err).toContain('has 31 bytes: such a key has 32');
    expect((await runInProcess(['info', plain, '--cck', key])).err).toContain('is not one of a secure guest');
  });
});
