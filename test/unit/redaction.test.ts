/** Redacted reports: what the rules know is in no format any more, what they must not touch stays, and what was taken out is counted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysisNamed } from '../../src/analysis/engine/kernel/analyses.ts';
import { createRedactor, type RedactSecrets } from '../../src/analysis/report/redaction.ts';
import { reportFormats } from '../../src/analysis/report/index.ts';
import type { ReportModel } from '../../src/analysis/report/report-model.ts';
import { redactRuleIds, type RedactRuleId } from '../../src/shared/redact-rules.ts';
import { reportSchema } from '../../src/shared/report-document.ts';
import { runInProcess } from '../cli-in-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from './cli/command-files.ts';
import { wrongBySchema } from './published-schemas.ts';

const folder = scratchFolder();
const { damaged, healthy } = commandFiles(folder);

const plain = runInProcess(['report', damaged, '--quick', '--format', 'json']);

const secrets: RedactSecrets = {
  nodenames: ['zPROD07.example.com', '(none)'],
  serials: ['0000000000029A17'],
  commandLines: ['root=/dev/mapper/customer-root ro console=ttyS0 secret.token=hunter2'],
  comms: ['payrolld', 'sh', 'oracle_lgwr', 'Acme Daemon'],
  logLines: ['BUG: the ledger of Mr Smith is corrupt', 'BUG: the ledger', 'short'],
  unread: [],
};
const through = (rules: readonly RedactRuleId[], text: string): string => createRedactor({ rules: [...rules] }, secrets).text(text);

/** What a rule takes out, each with what is left. */
const corpus: readonly (readonly [RedactRuleId, string, string])[] = [
  ['nodename', 'systemd[1]: zprod07 is up', 'systemd[1]: [node 1] is up'],
  ['nodename', 'ZPROD07.EXAMPLE.COM and vmcore-zPROD07-3', '[node 1] and vmcore-[node 2]-3'],
  ['nodename', 'the node name is (none)', 'the node name is (none)'],
  ['ipv4', 'TCP 10.1.2.3:443 -> 192.168.0.254, 10.1.2.3.', 'TCP [ipv4 1]:443 -> [ipv4 2], [ipv4 1].'],
  ['ipv4', 'rpc 10.0.0.5.8.1, odd 192.168.001.005', 'rpc [ipv4 1], odd [ipv4 2]'],
  ['ipv4', 'version 6.1.0-13 of 1.2.3, 256.1.1.1 and 1.2.3.4.5', 'version 6.1.0-13 of 1.2.3, 256.1.1.1 and 1.2.3.4.5'],
  ['ipv6', 'from fe80::1%eth0 to 2001:DB8:0:0:8:800:200C:417A.', 'from [ipv6 1]%eth0 to [ipv6 2].'],
  ['ipv6', 'addr:fe80::1 src:2001:db8::5, 2001:db8:0:0:0:0:0:1:443', 'addr:[ipv6 1] src:[ipv6 2], [ipv6 3]:443'],
  ['ipv6', 'route ::ffff:10.1.2.3 via [2001:db8::7]:443', 'route [ipv6 1] via [[ipv6 2]]:443'],
  ['ipv6', 'at 12:34:56 std::vector 0000:00:1f.2 a: b and ::', 'at 12:34:56 std::vector 0000:00:1f.2 a: b and ::'],
  ['mac', 'eth0: 52:54:00:AB:cd:ef, 52-54-00-ab-cd-ef', 'eth0: [mac 1], [mac 2]'],
  ['mac', 'addr:52:54:00:12:34:56: link, aabb.ccdd.eeff, 500507680000abcd', 'addr:[mac 1]: link, [mac 2], [mac 3]'],
  ['mac', 'wwpn 0x500507630300c562, wwpn 50:05:07:63:03:00:c5:62', 'wwpn [mac 1], wwpn [mac 2]'],
  ['mac', 'psw 0704c00180000000 at 10:20:30', 'psw 0704c00180000000 at 10:20:30'],
  ['serial', 'serial 0000000000029a17, type 3931', 'serial [serial 1], type 3931'],
  ['command-lines', 'Kernel command line: root=/dev/sda quiet', 'Kernel command line: [parameter 1]'],
  ['command-lines', 'unknown parameter secret.token=hunter2 ignored', 'unknown parameter [parameter 1] ignored'],
  ['comm', 'CPU: 1 PID: 77 Comm: payrolld Not tainted', 'CPU: 1 PID: 77 Comm: [process 1] Not tainted'],
  ['comm', 'gone[4711]: segfault, comm="gone" traps: other[12] general', '[process 1][4711]: segfault, comm="[process 1]" traps: [process 2][12] general'],
  ['comm', 'Comm: Acme Daemon (crashed)', 'Comm: [process 1] (crashed)'],
  ['comm', 'INFO: task unheard-of:4711 blocked', 'INFO: task [process 1]:4711 blocked'],
  ['comm', 'Killed process 99 (my app) total-vm', 'Killed process 99 ([process 1]) total-vm'],
  ['comm', 'sh waits for payrolld; shared shells, Comm: swapper/0', '[process 1] waits for [process 2]; shared shells, Comm: swapper/0'],
  ['paths', 'open /var/lib/customer/db.ibd: error -5, see /etc/fstab.', 'open [path 1]: error -5, see [path 2].'],
  ['paths', 'nfs://filer/secret on //srv/secret/x and /0day/a(b)/c', '[path 1] on [path 2] and [path 3]'],
  ['paths', 'the MemTotal of /proc/meminfo, /proc/meminfo/x, /proc/orders', 'the MemTotal of /proc/meminfo, [path 1], [path 2]'],
  ['paths', '3/4 of kernel/panic.c, 1 / 2, 10.0.0.0/24, </p>', '3/4 of kernel/panic.c, 1 / 2, 10.0.0.0/24, </p>'],
];

describe('rules', () => {
  it.each(corpus)('%s: %s', (rule, text, left) => {
    expect(through([rule], text)).toBe(left);
  });

  it('do not mistake text of a dump for a placeholder', () => {
    expect(through(['nodename', 'ipv4'], '[zprod07 2] up, \ue000node 1\ue001 [ipv4 zprod07 7]')).toBe('[[node 1] 2] up, \ufffdnode 1\ufffd [ipv4 [node 1] 7]');
  });

  it('of a person are ended where they do not end', () => {
    const slow = createRedactor({ rules: [], patterns: [{ name: 'slow', pattern: '(.*)*x' }] }, secrets);
    expect(() => slow.text('a'.repeat(60))).toThrow('the pattern slow takes longer than 2 s');
    expect(createRedactor({ rules: [], patterns: [{ name: 'q', pattern: '(?<=to )\\w+' }] }, secrets).text('to Smith, to Smith')).toBe('to [q 1], to [q 1]');
  });

  it('leave the identification of the CPU out, of which the serial number is a part', async () => {
    const model = JSON.parse((await plain).out) as ReportModel;
    expect(JSON.stringify(model)).toContain('cpuId');
    const redacted = createRedactor({ rules: ['serial'] }, { ...secrets, serials: [model.info.machine.serial ?? 'none'] }).report(model);
    expect(redacted.info.machine).not.toHaveProperty('cpuId');
    expect(JSON.stringify(redacted)).not.toContain(model.info.machine.cpuId ?? 'none');
  });

  it('takes numbers in rows for names of adapters, and elsewhere for registers', () => {
    const model = {
      info: { machine: {} },
      cpus: [{ gprs: ['0x500507630300c562'] }],
      analyses: [{ id: 'toy', columns: [], rows: [{ wwpn: '0x500507630300c562' }] }],
    } as never;
    const { cpus, analyses } = createRedactor({ rules: ['mac'] }, secrets).report(model);
    expect({ cpus, rows: analyses?.[0]?.rows }).toEqual({ cpus: [{ gprs: ['0x500507630300c562'] }], rows: [{ wwpn: '[mac 1]' }] });
  });

  it('are each tried on a text that they change and, where they look for forms, on one that they leave', () => {
    const inTexts = redactRuleIds.filter((id) => id !== 'bytes' && id !== 'log');
    expect(inTexts.filter((id) => !corpus.some(([rule, text, left]) => rule === id && text !== left))).toEqual([]);
  });

  it("do not change each other's placeholders", () => {
    const all = createRedactor(
      { rules: [...redactRuleIds], patterns: [{ name: 'ticket', pattern: 'TS\\d+' }] },
      { ...secrets, comms: ['path', 'ticket', 'ipv4'] },
    );
    expect(all.text('TS0815 10.1.2.3 /srv/a path')).toBe('[ticket 1] [ipv4 1] [path 1] [process 1]');
  });
});

const planted = {
  nodename: 'zprod07', ipv4: '10.77.66.55', ipv6: '2001:db8::dead', mac: '52:54:00:11:22:33', serial: '0000000000029A17',
  'command-lines': 'secret.token=hunter2', comm: 'payrolld', paths: '/srv/customer/ledger.db', log: 'BUG: the ledger of Mr Smith is corrupt',
} as const; // prettier-ignore

/** A report with everything that is to be found, in each kind of place. */
async function fullModel(): Promise<ReportModel> {
  const model = JSON.parse((await plain).out) as ReportModel;
  const texts = Object.values(planted);
  const sentence = texts.join(' ; ');
  return {
    ...model,
    fileName: `vmcore-${planted.nodename}`,
    reason: sentence,
    info: { ...model.info, kernel: { ...model.info.kernel, nodename: planted.nodename, commandLine: secrets.commandLines[0] ?? '' }, machine: { ...model.info.machine, serial: planted.serial } },
    verdict: { ...model.verdict, evidence: [{ text: sentence }] },
    checks: model.checks.map((check) => ({ ...check, detail: `${check.detail} ${sentence}` })),
    checkBytes: [{ check: 'os-info-page', where: { fileOffset: 4096, bytes: 16 }, hex: Buffer.from('Mr Smith owes us').toString('hex'), bytes: 16 }],
    log: { source: 'ring buffer', records: texts.map((text, at) => ({ seq: at, text })), before: 0, after: 0, lost: 0 },
    annotations: [{ space: 'absolute', start: '0x0', end: '0x8', text: sentence }],
    analyses: [
      {
        id: 'toy', title: 'Toy', about: 'Rows of a test.', missing: [], complete: true,
        columns: [{ name: 'text', type: 'text', about: 'a text' }, { name: 'data', type: 'hex', about: 'bytes' }, { name: 'command', type: 'text', about: 'a command line' }],
        rows: [{ text: sentence, data: '0x4d7220536d697468', command: 'vi /home/smith' }],
      },
    ],
    comparison: { with: { fileName: `vmcore-${planted.nodename}-2`, identity: '00' }, summary: sentence, parts: [{ title: 'notes', lines: texts }] },
  }; // prettier-ignore
}

describe('a redacted report', () => {
  const values = [
    ...Object.values(planted),
    'Mr Smith',
    Buffer.from('Mr Smith owes us').toString('hex'),
    '4d7220536d697468',
    '4d 72 20 53',
    '/home/smith',
    'hunter2',
    'ZPROD07',
  ];

  it.each(reportFormats.map(({ id }) => id))('as %s has none of it, and the plain one has it', async (id) => {
    const format = reportFormats.find((one) => one.id === id);
    const model = await fullModel();
    const redacted = createRedactor({ rules: [...redactRuleIds] }, secrets).report(model);
    const text = format?.render(redacted) ?? '';
    const lower = text.toLowerCase();
    expect(values.filter((value) => lower.includes(value.toLowerCase()))).toEqual([]);
    expect(text).toContain('[node 1]');
    const before = format?.render(model).toLowerCase() ?? '';
    expect(
      Object.values(planted).filter((value) => !before.includes(value.toLowerCase()) && !before.includes(value.replaceAll(/[:/]/g, '\\$&').toLowerCase())),
    ).toEqual([]);
  });

  it("leaves Dumpbench's own texts as they are, whatever processes are called, and takes the same words of values out", async () => {
    const model = await fullModel();
    const own = ['problems', 'hangs', 'memory', 'tasks'].map((id): NonNullable<ReportModel['analyses']>[number] => {
      const { title, about, columns } = analysisNamed(id).table;
      const words = Object.fromEntries(columns.filter(({ type }) => type === 'text').map(({ name }) => [name, 'uninterruptible sleep']));
      return { id, title, about, columns, rows: [words], missing: [], complete: true };
    });
    const texts = [...own.flatMap(({ title, about }) => [title, about]), ...model.checks.map(({ title }) => title)];
    const comms = [...new Set(texts.flatMap((text) => text.match(/[A-Za-z]{4,15}/g) ?? []).concat('uninterruptible', 'sleep', 'failed', 'passed'))];
    const { checks, analyses = [], redacted } = createRedactor({ rules: ['comm', 'paths'] }, { ...secrets, comms }).report({ ...model, analyses: own });
    expect(analyses.map(({ title, about }) => [title, about])).toEqual(own.map(({ title, about }) => [title, about]));
    expect(checks.map(({ title, verdict }) => [title, verdict])).toEqual(model.checks.map(({ title, verdict }) => [title, verdict]));
    const left = (id: string): readonly string[] =>
      Object.entries(analyses.find((one) => one.id === id)?.rows[0] ?? {}).flatMap(([name, value]) => (value === 'uninterruptible sleep' ? [name] : []));
    expect(left('problems')).toEqual(['rule', 'title', 'severity', 'threshold', 'source', 'see']);
    expect(left('hangs')).toEqual(['role', 'state', 'waitsFor', 'wants']);
    expect(left('memory')).toEqual(['see']);
    expect(left('tasks')).toEqual(['state', 'kind']);
    expect(analyses.find(({ id }) => id === 'hangs')?.rows[0]?.name).toMatch(/^\[process \d+\] \[process \d+\]$/);
    expect(redacted?.rules.find(({ id }) => id === 'comm')?.title).toBe('Names of user processes');
    expect(redacted?.limits.join(' ')).toMatch(/modules, and kernel threads remain/);
  });

  it('counts what was taken out, and says what rules cannot promise, whatever sections were chosen', async () => {
    const redacted = createRedactor({ rules: ['ipv4', 'bytes'] }, { ...secrets, unread: ['Not all could be read.'] }).report(await fullModel());
    expect(redacted.redacted?.rules.map(({ id }) => id)).toEqual(['ipv4', 'bytes']);
    expect(redacted.redacted?.rules.find(({ id }) => id === 'ipv4')).toMatchObject({ values: 1 });
    expect(redacted.redacted?.rules.find(({ id }) => id === 'bytes')?.places).toBeGreaterThan(1);
    for (const id of ['html', 'markdown']) {
      const text = reportFormats.find((one) => one.id === id)?.render(redacted, { sections: ['log'] }) ?? '';
      expect(text).toContain('What was removed');
      expect(text).toContain('Not all could be read.');
    }
    for (const format of reportFormats) expect(format.render(redacted), format.id).toMatch(/IPv4 addresses/);
  });

  it('is the same report where nothing is found', async () => {
    const model = JSON.parse((await plain).out) as ReportModel;
    const { redacted, ...rest } = createRedactor({ rules: ['ipv4', 'mac', 'ipv6'] }, secrets).report(model);
    expect(rest).toEqual(model);
    expect(redacted?.rules.every(({ places }) => places === 0)).toBe(true);
  });

  it('is a document of the published schema, as the plain one is, with a comparison too', async () => {
    const compared = await runInProcess(['report', damaged, '--quick', '--format', 'json', '--with', healthy]);
    const hidden = await runInProcess(['report', damaged, '--quick', '--format', 'json', '--with', healthy, '--redact', 'all']);
    for (const { out } of [await plain, compared, hidden]) expect(wrongBySchema(reportSchema, JSON.parse(out))).toEqual([]);
    expect(JSON.parse(compared.out)).toHaveProperty('comparison.parts');
  });
});

describe('report --redact', () => {
  const report = (...options: readonly string[]) => runInProcess(['report', damaged, '--quick', '--format', 'json', ...options]);

  it('takes rules by name, all of them, and a file of rules and patterns', async () => {
    const { nodename, release } = (JSON.parse((await plain).out) as ReportModel).info.kernel;
    expect(nodename).toBeDefined();
    expect((await plain).out).toContain(nodename ?? '');
    expect((await report('--redact', 'nodename,ipv4')).out).not.toContain(nodename ?? '');
    expect((await report('--redact', 'all')).out).not.toContain(nodename ?? '');
    const rules = join(folder, 'rules.json');
    writeFileSync(rules, JSON.stringify({ rules: [], patterns: [{ name: 'release', pattern: (release ?? '').replaceAll('.', '\\.') }] }));
    const own = (await report('--redact', rules)).out;
    expect(own).toContain('[release 1]');
    expect(own).not.toContain(`"${release ?? ''}"`);
  });

  it.each([
    ['names', '--redact: "names" is not one of all, nodename'],
    [JSON.stringify({ rules: ['nodename'], patterns: [{ name: 'x', pattern: '(' }] }), 'patterns.0.pattern: it is not a valid regular expression'],
    [JSON.stringify({ rules: ['nodename'], patterns: [{ name: 'x', pattern: 'a*' }] }), 'it matches nothing'],
    [JSON.stringify({ rules: ['everything'] }), 'rules.0: '],
    ['{', 'is not JSON'],
  ])('refuses %s with a message', async (text, sentence) => {
    const path = join(folder, 'wrong.json');
    if (text.startsWith('{')) writeFileSync(path, text);
    const { code, err } = await report('--redact', text.startsWith('{') ? path : text);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(sentence) as string });
  });
});
