/** What to type to open an export elsewhere: right for the shell, and sure only of what is known. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { debuginfoPackage } from '../../../src/analysis/export/debuginfo-package.ts';
import { openWith, shellArgument, type WrittenExport } from '../../../src/analysis/export/open-with.ts';

const debian: WrittenExport = {
  path: '/srv/out/vmcore.elf',
  format: 'elf',
  arch: 's390x',
  release: '6.1.0-50-s390x',
  version: '#1 SMP Debian 6.1.176-1 (2026-07-02)',
  buildId: 'eb4fbcd037e7253717950bf2b93bd5566f47c56f',
  hasVmcoreinfo: true,
  isMappedApart: false,
  cpus: 1,
  isPart: false,
  start: 0n,
};
const toolsOf = (written: WrittenExport): readonly string[] => openWith(written).map(({ tool }) => tool);
const needsOf = (written: WrittenExport): string =>
  openWith(written)
    .flatMap(({ needs }) => needs)
    .join('\n');

describe('lines to type', () => {
  test("a Debian kernel's export names the package's vmlinux and the build ID", () => {
    expect(openWith(debian)).toMatchInlineSnapshot(`
      [
        {
          "command": "crash /usr/lib/debug/boot/vmlinux-6.1.0-50-s390x /srv/out/vmcore.elf",
          "needs": [
            "crash built for s390x, on that machine or emulated (qemu-user)",
            "vmlinux with debuginfo of kernel 6.1.0-50-s390x, build ID eb4fbcd037e7253717950bf2b93bd5566f47c56f (readelf -n shows that of a file)",
            "Debian's package linux-image-6.1.0-50-s390x-dbg, version 6.1.176-1, has it as /usr/lib/debug/boot/vmlinux-6.1.0-50-s390x",
          ],
          "tool": "crash",
        },
        {
          "command": "drgn -c /srv/out/vmcore.elf -s /usr/lib/debug/boot/vmlinux-6.1.0-50-s390x",
          "needs": [
            "vmlinux with debuginfo of kernel 6.1.0-50-s390x, build ID eb4fbcd037e7253717950bf2b93bd5566f47c56f (readelf -n shows that of a file)",
            "Debian's package linux-image-6.1.0-50-s390x-dbg, version 6.1.176-1, has it as /usr/lib/debug/boot/vmlinux-6.1.0-50-s390x",
          ],
          "tool": "drgn",
        },
        {
          "command": "makedumpfile --dump-dmesg /srv/out/vmcore.elf /srv/out/vmcore.elf.dmesg",
          "needs": [
            "makedumpfile built for s390x, on that machine or emulated (qemu-user); it writes the log into a new file",
          ],
          "tool": "makedumpfile",
        },
        {
          "command": "zgetdump -i /srv/out/vmcore.elf",
          "needs": [
            "zgetdump of s390-tools built for s390x",
          ],
          "tool": "zgetdump",
        },
      ]
    `);
  });

  test('a kernel of nobody known leaves the vmlinux open and names no package', () => {
    const own = { ...debian, release: '6.12.117-crashlab', version: '#1 SMP Sun Nov 29 10:29:00 UTC 2026' };
    expect(openWith(own)[0]?.command).toBe('crash VMLINUX /srv/out/vmcore.elf');
    expect(needsOf(own)).not.toMatch(/package/);
    expect(needsOf(own)).toContain('vmlinux with debuginfo of kernel 6.12.117-crashlab, build ID eb4f');
  });

  test('if nothing is known about the kernel, nothing is said about it', () => {
    const bare = { ...debian, release: undefined, version: undefined, buildId: undefined };
    expect(openWith(bare)[0]?.needs).toContain('vmlinux with debuginfo of the kernel that was dumped');
  });

  test('without VMCOREINFO only crash and zgetdump are named, and on machines whose kernel may be moved the offset is asked for', () => {
    expect(toolsOf({ ...debian, hasVmcoreinfo: false })).toEqual(['crash', 'zgetdump']);
    expect(needsOf({ ...debian, hasVmcoreinfo: false })).not.toContain('--kaslr');
    expect(needsOf({ ...debian, hasVmcoreinfo: false, arch: 'x86_64' })).toContain('--kaslr OFFSET');
    expect(needsOf({ ...debian, arch: 'x86_64' })).not.toContain('--kaslr');
  });

  test('zgetdump is for s390x', () => {
    expect(toolsOf({ ...debian, format: 'kdump' })).toContain('zgetdump');
    expect(toolsOf({ ...debian, arch: 'x86_64' })).not.toContain('zgetdump');
  });

  test('plain memory is for crash alone, at its address, and only where crash takes it', () => {
    const raw = { ...debian, format: 'raw', hasVmcoreinfo: false, start: 0x2000n } as const;
    expect(openWith({ ...raw, arch: 'x86_64' }).map(({ command }) => command)).toEqual([
      'crash /usr/lib/debug/boot/vmlinux-6.1.0-50-s390x /srv/out/vmcore.elf@0x2000',
    ]);
    expect(openWith(raw)).toEqual([]);
    expect(openWith({ ...raw, arch: 'x86_64', start: undefined })).toEqual([]);
  });

  test('a kernel that is mapped apart from its memory needs programs that know of it', () => {
    const apart = { ...debian, isMappedApart: true };
    expect(needsOf(apart)).toMatch(/crash 8\.0\.5 or later[^]*drgn \(0\.3\.0[^]*makedumpfile \(1\.7\.6/);
    expect(needsOf(debian)).not.toContain('not mapped');
    expect(toolsOf(apart)).toContain('drgn');
    expect(toolsOf({ ...apart, format: 'kdump' })).toEqual(['crash', 'makedumpfile', 'zgetdump']);
    expect(toolsOf({ ...debian, format: 'kdump' })).toContain('drgn');
  });

  test('a part and missing registers are said', () => {
    expect(needsOf({ ...debian, isPart: true })).toContain('only ranges');
    expect(needsOf({ ...debian, cpus: 0 })).toContain('no registers');
    expect(needsOf(debian)).not.toMatch(/only ranges|no registers/);
  });
});

describe('paths in a shell', () => {
  test.each(['/tmp/a b.elf', "/tmp/it's.elf", '/tmp/$(touch x)`y`.elf', '/tmp/new\nline', '-c', '/tmp/ä;&|<>*?[]{}~#!"\\.elf'])(
    '%j arrives as it is',
    (path) => {
      const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellArgument(path)}`], { encoding: 'utf8' });
      expect(stdout).toBe(path.startsWith('-') ? `./${path}` : path);
    },
  );
});

describe('packages', () => {
  test.each([
    ['6.12.107+deb13-s390x', '#1 SMP Debian 6.12.107-1 (2026-08-20)', /linux-image-6\.12\.107\+deb13-s390x-dbg, version 6\.12\.107-1/],
    ['6.1.0-56-cloud-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)', /linux-image-6\.1\.0-56-cloud-amd64-dbg/],
    ['5.14.0-284.11.1.el9_2.s390x', '#1 SMP', /kernel-debuginfo-5\.14\.0-284\.11\.1\.el9_2\.s390x/],
    ['6.8.5-301.fc40.s390x', '#1 SMP', /kernel-debuginfo-6\.8\.5-301\.fc40\.s390x/],
    ['5.14.21-150500.55.39-default', '#1 SMP', /kernel-default-debuginfo for kernel-default 5\.14\.21-150500\.55\.39$/],
  ])('%s', (release, version, name) => {
    expect(debuginfoPackage(release, version)?.name).toMatch(name);
  });

  test.each([
    ['6.1.0-50-s390x', '#1 SMP'],
    ['6.1.176-mine', '#1 SMP Debian 6.1.176-1 (2026-07-02)'],
    ['5.15.0-91-generic', '#101-Ubuntu SMP'],
    ['5.15.0-6.80.3.1.el9uek.x86_64', '#2 SMP'],
    ['6.1.1-1.el9.elrepo.x86_64', '#1 SMP'],
    ['5.14.0-284.11.1.rt14.296.el9_2.x86_64', '#1 SMP'],
    ['5.14.0-284.11.1.el9_2.s390x+debug', '#1 SMP'],
    ['5.14.21-mine-default', '#1 SMP'],
    ['6.12.107', '#1 SMP'],
  ])('nothing is said about %s with %s', (release, version) => {
    expect(debuginfoPackage(release, version)).toBeUndefined();
  });
});
