/** Tables of lscss in archives of the running system against the subchannels of a dump: whole ones, changed ones, and what is no table. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { attach } from '../../../src/analysis/engine/session/attach.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { channelsRow } from '../../../src/analysis/integrity/checks/host-channels.ts';
import { factsOfHost, mostHostFileBytes } from '../../../src/analysis/kernel/given/host-facts.ts';
import { channelsOf, noList, type ChannelDevice } from '../../../src/analysis/kernel/given/lscss.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import type { CheckDepth, Step } from '../../../src/shared/check-model.ts';
import { valueOf } from '../../../src/shared/result.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const reduced = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dumps', 'reduced');
const folder = scratchFolder();
const never = new AbortController().signal;

/** Widths and titles as zconf/css/lscss.c of s390-tools gives them, with --vpm. */
const head = ['Device   Subchan.  DevType CU Type Use  PIM PAM POM VPM CHPIDs           ', '-'.repeat(74)];
interface Line {
  readonly device: string;
  readonly subchannel: string;
  readonly types?: readonly [string, string];
  readonly use?: string;
}
const printed = ({ device, subchannel, types = ['', ''], use = '' }: Line): string =>
  [
    ...[device.padEnd(8), subchannel.padEnd(9), types[0].padEnd(7), types[1].padEnd(7), use.padEnd(4)],
    ...(subchannel === 'n/a' ? ['   ', '   ', '   ', '   ', ' '.repeat(17)] : ['80 ', '80 ', 'ff ', '80 ', '00000000 00000000']),
  ].join(' ');
const table = (lines: readonly Line[]): string => `${[...head, ...lines.map(printed)].join('\n')}\n`;

/** What the guest's sysfs had, as lscss reads it. */
function guestLines(): readonly Line[] {
  const [subchannels, devices] = ['css', 'ccw'].map((bus) =>
    readFileSync(join(reduced, 'channels', 'lscss.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${bus} `))
      .map((line) => [line.split(' ')[1] ?? '', line] as const),
  );
  const field = (line: string, name: string): string => new RegExp(` ${name}=(\\S+)`).exec(line)?.[1] ?? '';
  return (subchannels ?? []).map(([subchannel, line]) => {
    const [device, own] = devices?.find(([, one]) => field(one, 'parent') === subchannel) ?? [field(line, 'dev_busid'), undefined];
    if (own === undefined) return { device, subchannel };
    const type = field(own, 'devtype');
    return { device, subchannel, types: [type === 'n/a' ? '0000/00' : type, field(own, 'cutype')], use: field(own, 'online') === '1' ? 'yes' : '' };
  });
}

const rule = '#'.repeat(55);
let archives = 0;
function archive(files: Readonly<Record<string, string>>): string {
  archives += 1;
  const path = join(folder, `DBGINFO-2026-01-01-00-00-00-${archives}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}
const dbginfo = (output: string, command = 'lscss --vpm'): string =>
  archive({ 'runtime.out': `${rule}\nguest> lschp\n\n${rule}\nguest> ${command}\n${output}\n${rule}\nguest> lszdev\nnothing\n` });

const channelsDump = zstdDecompressSync(readFileSync(join(reduced, 'channels.elf.zst')));
async function stepsOf(path: string, dump: Uint8Array = channelsDump, depth: CheckDepth = 'quick'): Promise<readonly Step[]> {
  const session = sessionOn({ name: 'channels.elf', size: dump.length, readInto: (at, to) => Buffer.from(dump.buffer, dump.byteOffset + at).copy(to) });
  const [check] = await checkSession(await attach(session, { hostFacts: path }, never), depth, never, { only: ['host-facts'] });
  return check?.steps ?? [];
}
const channelsIn = (steps: readonly Step[]): Step | undefined => steps.find(({ check }) => check === 'channel devices');

describe('lscss of the host against a guest with channel devices', () => {
  it('agrees device by device with its own, by dbginfo.sh and by sos report', async () => {
    const output = table(guestLines());
    for (const path of [dbginfo(output), dbginfo(output, 'lscss'), archive({ 'sos_commands/s390/lscss': output })]) {
      const row = channelsIn(await stepsOf(path));
      expect(row?.detail).toContain("8 in the dump's kernel (channel-io), 8 of them in both: the same device numbers");
      expect(row?.passed).toBe(true);
    }
  });

  it.each<readonly [string, (lines: readonly Line[]) => readonly Line[], string]>([
    ['a device more', (lines) => [...lines, { device: '0.0.4711', subchannel: '0.0.0009', types: ['3390/0c', '3990/e9'] }], 'only in the archive 1 (0.0.4711)'],
    ['a device less', (lines) => lines.filter(({ device }) => device !== '0.0.0300'), 'only in the dump 1 (0.0.0300)'],
    [
      'a subchannel that is gone',
      (lines) => lines.map((one) => (one.device === '0.0.0300' ? { ...one, subchannel: 'n/a' } : one)),
      '0.0.0300: subchannel none in the archive, 0.0.0003 in the dump',
    ],
    [
      'another control unit',
      (lines) => lines.map((one) => (one.device === '0.0.0200' ? { ...one, types: ['0000/00', '1731/01'] } : one)),
      '0.0.0200: control unit 1731/01 in the archive, 3832/01 in the dump',
    ],
    [
      'another use',
      (lines) => lines.map((one) => (one.device === '0.1.0600' ? { ...one, use: '' } : one)),
      '0.1.0600: not in use in the archive, in use in the dump',
    ],
  ])('%s is a difference, and no contradiction', async (_name, change, expected) => {
    const row = channelsIn(await stepsOf(dbginfo(table(change(guestLines())))));
    expect(row?.detail).toContain(expected);
    expect(row?.detail).toContain('configured when it was made');
    expect(row?.passed).toBeUndefined();
  });

  it('agrees where headers alone are looked at too, for pointers lead to the types', async () => {
    const row = channelsIn(await stepsOf(dbginfo(table(guestLines())), channelsDump, 'headers'));
    expect(row?.passed, row?.detail).toBe(true);
  });

  it('is not compared with a dump of whose kernel nothing is known, nor is MemTotal', async () => {
    const path = archive({ 'sos_commands/s390/lscss': table(guestLines()), 'proc/meminfo': 'MemTotal:        2034376 kB\nMemFree: 1 kB\n' });
    const steps = await stepsOf(path, elfVmcore(s390xSystem({ state: 'kdump' })));
    expect(channelsIn(steps)?.detail).toMatch(/^8 in sos_commands\/s390\/lscss of the archive; not compared: ./);
    expect(steps.find(({ check }) => check === 'MemTotal')?.detail).toMatch(/^2034376 KiB in proc\/meminfo of the archive; not compared: ./);
  });

  it.each([
    ['a command that is not there', 'Command "lscss" not available\n', 'is not a table'],
    ['a command that was ended', `${table(guestLines())}-> command cancelled by timeout\n`, 'may be incomplete'],
    ['a line with escapes', `${table(guestLines())}0.0.0001 \u001b[2J 0.0.0001\n`, 'may be incomplete'],
  ])('%s is not compared', async (_name, output, expected) => {
    const row = channelsIn(await stepsOf(dbginfo(output)));
    expect(row?.detail).toContain('not compared: ');
    expect(row?.detail).toContain(expected);
    expect(row?.passed).toBeUndefined();
  });
});

describe('the table of lscss', () => {
  it('has devices of disks, without a type, without a subchannel, and in capitals', () => {
    const lines: readonly Line[] = [
      { device: '0.0.4711', subchannel: '0.0.0010', types: ['3390/0c', '3990/e9'], use: 'yes' },
      { device: '0.0.F500', subchannel: '0.0.00AB', types: ['0000/00', '3832/02'] },
      { device: 'none', subchannel: '0.0.0005' },
      { device: '0.1.0600', subchannel: 'n/a', types: ['1732/01', '1731/01'] },
    ];
    expect(valueOf(channelsOf(table(lines)))).toEqual([
      { device: '0.0.4711', subchannel: '0.0.0010', deviceType: '3390/0c', controlUnit: '3990/e9', isOnline: true },
      { device: '0.0.f500', subchannel: '0.0.00ab', controlUnit: '3832/02', isOnline: false },
      { subchannel: '0.0.0005', isOnline: false },
      { device: '0.1.0600', deviceType: '1732/01', controlUnit: '1731/01', isOnline: false },
    ]);
  });

  it('of nothing but empty lines has none, and one of more lines than there can be is refused', () => {
    expect(channelsOf(`${head.join('\n')}${'\n'.repeat(4_000_000)}`)).toEqual({ value: [] });
    expect(channelsOf(`${head.join('\n')}\n${'none     0.0.0005\n'.repeat(8 * 65_536 + 1)}`)).toEqual(
      noList('it lists more subchannels than a system can have'),
    );
  });

  it('that was read in part alone is no table', () => {
    const most = mostHostFileBytes('runtime.out');
    const start = `${rule}\nguest> lscss --vpm\n${head.join('\n')}\n`;
    const line = `${printed({ device: '0.0.4711', subchannel: '0.0.0010', types: ['3390/0c', '3990/e9'] })}\n`;
    const text = start + line.repeat(Math.ceil(most / line.length));
    expect(factsOfHost('a', new Map([['runtime.out', text.slice(0, most)]]))?.channels?.value).toEqual(
      noList(`it does not end within the first ${most} bytes of the file`),
    );
    const whole = factsOfHost('a', new Map([['runtime.out', `${start}${line}\n${rule}\nguest> sysctl -a\n${'x\n'.repeat(most / 2)}`.slice(0, most)]]));
    expect(valueOf(whole?.channels?.value)).toHaveLength(1);
  });
});

describe('a list of which the dump gives a part', () => {
  const device = (number: string): ChannelDevice => ({ device: number, subchannel: number, controlUnit: '3832/01', isOnline: true });
  const devices = [device('0.0.0001'), device('0.0.0002')];
  const listed = { value: { value: devices }, from: 'runtime.out (lscss)' };

  it('does not agree, and what is missing is not called changed', () => {
    const row = channelsRow(listed, { devices: [{ device: '0.0.0001' }], gap: 'types: none' });
    expect(row?.passed).toBeUndefined();
    expect(row?.detail).toContain('different 0; ');
    expect(row?.detail).toContain('(types: none), so what was found only in the archive may be in the dump too');
    expect(channelsRow(listed, { devices, gap: 'types: none' })?.passed).toBeUndefined();
  });

  it('agrees in nothing where neither has a device', () => {
    const row = channelsRow({ value: { value: [] }, from: 'x' }, { devices: [] });
    expect(row?.passed).toBeUndefined();
    expect(row?.detail).toContain('nothing to compare');
  });
});
