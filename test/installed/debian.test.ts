/** Dumpbench as an ordinary user of Debian 12 has it: installed by apt, started from the desktop, upgraded, and removed without a trace. */
import { spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rootUser } from '../../scripts/debian-root.mjs';
import { startXvfb } from '../../scripts/display.mjs';
import { libraries, product } from '../../scripts/packages/product.mjs';
import { placeSamples } from '../placed-samples.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { startMachine, type Machine, type MachineProcess } from './machine.ts';
import { madePackages, type MadePackages } from './made-packages.ts';

const folder = scratchFolder();
const desktop = '/usr/lib/dumpbench/desktop';
const config = `${rootUser.home}/.config/dumpbench`;

describeNeeding(['window', 'packaging', 'debian-root'], 'installed on Debian 12', () => {
  let made: MadePackages;
  let machine: Machine;
  let display: Awaited<ReturnType<typeof startXvfb>>;
  let screen: Record<string, string> = {};
  let before: readonly string[] = [];

  /** Files of the machine, but for those in which dpkg and apt keep their books. */
  const files = (): readonly string[] =>
    machine
      .asRoot(
        'find',
        '/',
        '-xdev',
        '(',
        '-path',
        '/var/lib/dpkg',
        '-o',
        '-path',
        '/var/lib/apt',
        '-o',
        '-path',
        '/var/log',
        '-o',
        '-path',
        '/var/cache',
        '-o',
        '-path',
        '/home',
        ')',
        '-prune',
        '-o',
        '-printf',
        '%p %y %m %l\n',
      )
      .stdout.split('\n')
      .toSorted();
  /** The window's own processes, without those of its engine. */
  const programs = (): readonly MachineProcess[] => machine.processes(`${desktop}/dumpbench`);
  const ofType = (type: string): readonly MachineProcess[] => programs().filter(({ commandLine }) => commandLine.includes(` --type=${type} `));
  const windows = (): readonly MachineProcess[] => programs().filter(({ commandLine }) => !commandLine.includes(' --type='));
  const kept = (path: string): string => machine.pathOf(`${config}/${path}`);
  const recents = (): readonly string[] => {
    const path = kept('config.json');
    const { recents: list = [] } = (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}) as {
      readonly recents?: readonly { readonly path: string }[];
    };
    return list.map(({ path: one }) => one);
  };
  const fine = (done: { readonly status: number | null; readonly stdout: string; readonly stderr: string }): string => {
    expect(done.status, done.stdout + done.stderr).toBe(0);
    return done.stdout;
  };
  const endWindow = async (): Promise<void> => {
    for (const { pid } of windows()) process.kill(pid, 'SIGTERM');
    await expect.poll(() => programs().length + machine.processes('/usr/lib/dumpbench').length).toBe(0);
  };

  beforeAll(async () => {
    made = await madePackages();
    machine = await startMachine(folder);
    display = await startXvfb();
    copyFileSync(display.env.XAUTHORITY ?? '', join(machine.given, 'Xauthority'));
    chownSync(join(machine.given, 'Xauthority'), rootUser.uid, rootUser.uid);
    screen = { DISPLAY: display.display, XAUTHORITY: '/given/Xauthority' };
    placeSamples(machine.given);
    // Nothing but its content says what it is.
    copyFileSync(join(machine.given, 'sample-damaged.s390'), join(machine.given, 'crashed at night'));
    copyFileSync(join(machine.given, 'sample-healthy.vmcore'), join(machine.given, 'third.vmcore'));
    copyFileSync(made.deb, join(machine.given, basename(made.deb)));
    before = files();
  });
  afterAll(async () => {
    await machine.stop();
    await display.stop();
  });

  it('apt installs it, and it needs nothing that it does not declare', () => {
    fine(machine.asRoot('apt-get', 'install', '--yes', '--no-install-recommends', `/given/${basename(made.deb)}`));
    expect(fine(machine.asRoot('dpkg-query', '--show', '--showformat=${Status} ${Version}', 'dumpbench'))).toBe(`install ok installed ${product.version}`);
    expect(fine(machine.asRoot('dpkg', '--verify', 'dumpbench'))).toBe('');
    const programsOfIt = [`${desktop}/dumpbench`, `${desktop}/chrome-sandbox`, '/usr/lib/dumpbench/node', `${desktop}/libGLESv2.so`];
    for (const program of programsOfIt) expect(fine(machine.asRoot('ldd', program))).not.toContain('not found');
    // Every library that it is linked with is of a package that it depends on.
    const linked = programsOfIt.flatMap((program) =>
      [...spawnSync('objdump', ['-p', machine.pathOf(program)], { encoding: 'utf8' }).stdout.matchAll(/NEEDED\s+(\S+)/g)].map(([, name = '']) => name),
    );
    const ofLibc = /^(ld-linux|lib(c|dl|m|pthread|rt))[.-]/;
    const ofGlib = /^lib(gio|gobject|gmodule)-2\.0\.so\.0$/;
    const ofNss = /^lib(nssutil3|smime3)\.so$/;
    const known = new Set(libraries.map(({ file }) => file));
    expect(
      [...new Set(linked)].filter(
        (name) => !known.has(name) && !existsSync(machine.pathOf(`${desktop}/${name}`)) && ![ofLibc, ofGlib, ofNss].some((own) => own.test(name)),
      ),
    ).toEqual([]);
    const loaded = libraries.filter((one) => one.loaded === true).map(({ file }) => file);
    expect([...known].filter((name) => !linked.includes(name))).toEqual(loaded);
  });

  it('works as a command without any other Node', () => {
    expect(machine.asUser(['sh', '-c', 'command -v node']).status).not.toBe(0);
    expect(fine(machine.asUser(['dumpbench', '--version']))).toBe(`${product.version}\n`);
    expect(fine(machine.asUser(['dumpbench', 'triage', '/given/sample-healthy.vmcore']))).toContain('sample-healthy.vmcore');
  });

  it('cannot be turned into a Node or debugged, and takes its code from its archive alone', async () => {
    const fuses = await getCurrentFuseWire(machine.pathOf(`${desktop}/dumpbench`));
    const isOn = (fuse: FuseV1Options): boolean => String.fromCharCode(Number(fuses[fuse])) === '1';
    expect(
      [
        FuseV1Options.RunAsNode,
        FuseV1Options.EnableNodeOptionsEnvironmentVariable,
        FuseV1Options.EnableNodeCliInspectArguments,
        FuseV1Options.GrantFileProtocolExtraPrivileges,
      ].map(isOn),
    ).toEqual([false, false, false, false]);
    expect([FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar].map(isOn)).toEqual([true, true]);
    expect(readdirSync(machine.pathOf(`${desktop}/resources`)).toSorted()).toEqual(['app.asar', 'app.asar.unpacked', 'node']);
    for (const wanted of ['--remote-debugging-port=0', '--remote-debugging-pipe', '--inspect=0']) {
      const refused = machine.asUser([`${desktop}/dumpbench`, wanted], screen);
      expect(refused.status, refused.stderr).toBe(2);
      expect(refused.stderr).toMatch(/^dumpbench: --[a-z-]+ is not allowed: no other program may control Dumpbench/m);
    }
  });

  it('opens what a desktop recognises as a dump, in its sandbox, and the engine runs on the Node of the package', async () => {
    const type = (path: string): string => fine(machine.asUser(['xdg-mime', 'query', 'filetype', path], { XDG_CURRENT_DESKTOP: 'GNOME' })).trim();
    expect([type('/given/crashed at night'), type('/given/sample-healthy.vmcore')]).toEqual(['application/x-s390-dump', 'application/x-linux-vmcore']);
    expect(fine(machine.asUser(['xdg-mime', 'query', 'default', 'application/x-s390-dump'])).trim()).toBe('dumpbench.desktop');
    machine.startAsUser(['gio', 'open', '/given/crashed at night'], screen);
    await expect.poll(recents).toEqual(['/given/crashed at night']);
    const cache = machine.pathOf(`${rootUser.home}/.cache/dumpbench/index`);
    await expect.poll(() => (existsSync(cache) ? readdirSync(cache).length : 0)).toBeGreaterThan(0);

    expect(programs().filter(({ commandLine }) => / --(no-sandbox|disable-\S*sandbox)/.test(commandLine))).toEqual([]);
    const [window] = windows();
    const renderers = ofType('renderer');
    expect(renderers).not.toEqual([]);
    for (const renderer of renderers) {
      // 2: system calls are filtered. Other users, processes and networks do not exist for it.
      expect([renderer.status('Seccomp'), renderer.status('NoNewPrivs'), renderer.status('Uid')]).toEqual(['2', '1', String(rootUser.uid)]);
      for (const space of ['user', 'pid', 'net']) expect(renderer.namespace(space), space).not.toBe(window?.namespace(space));
    }
    const engines = machine.processes('/usr/lib/dumpbench/node');
    expect(engines.map(({ program, commandLine }) => [program, commandLine.split(' ')[0]])).toEqual([
      ['/usr/lib/dumpbench/node', `${desktop}/resources/node/bin/node`],
    ]);
  });

  it('started again, passes its files to the open window', async () => {
    const [window] = windows();
    fine(machine.asUser(['dumpbench', 'open', '/given/sample-healthy.vmcore'], screen));
    await expect.poll(recents).toEqual(['/given/sample-healthy.vmcore', '/given/crashed at night']);
    await expect.poll(() => windows().map(({ pid }) => pid)).toEqual([window?.pid]);
  });

  it('prints a report as PDF for the command line', () => {
    fine(machine.asUser(['dumpbench', 'report', '/given/sample-healthy.vmcore', '--format', 'pdf', '-o', '/tmp/report.pdf'], screen));
    expect(readFileSync(machine.pathOf('/tmp/report.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('upgraded, keeps settings and sessions', async () => {
    const session = (): Readonly<Record<string, string>> =>
      Object.fromEntries(readdirSync(kept('sessions')).map((name) => [name, readFileSync(kept(`sessions/${name}`), 'utf8')]));
    // Of each dump, and which were open.
    await expect.poll(() => Object.keys(session()).length).toBe(3);
    await endWindow();
    const settings = readFileSync(kept('config.json'), 'utf8');
    const sessions = session();

    const next = join(folder, 'next');
    spawnSync('dpkg-deb', ['--raw-extract', made.deb, next]);
    const control = join(next, 'DEBIAN', 'control');
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${product.version}.1`));
    spawnSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', next, join(machine.given, 'next.deb')]);
    rmSync(next, { recursive: true });
    fine(machine.asRoot('apt-get', 'install', '--yes', '--no-install-recommends', '/given/next.deb'));
    rmSync(join(machine.given, 'next.deb'));
    expect(fine(machine.asRoot('dpkg-query', '--show', '--showformat=${Version}', 'dumpbench'))).toBe(`${product.version}.1`);
    expect([readFileSync(kept('config.json'), 'utf8'), session()]).toEqual([settings, sessions]);

    // The new version goes on from there.
    machine.startAsUser(['dumpbench', 'open', '/given/third.vmcore'], screen);
    await expect.poll(recents).toEqual(['/given/third.vmcore', '/given/sample-healthy.vmcore', '/given/crashed at night']);
    // It is the same dump under another name: its session goes on, and is told where the dump is now. That of the other is left alone.
    const of = (path: string, all: Readonly<Record<string, string>>): readonly string[] =>
      Object.keys(all).filter((name) => name !== 'last.dumpbench.json' && all[name]?.includes(JSON.stringify(path)));
    const [healthy = ''] = of('/given/sample-healthy.vmcore', sessions);
    const [damaged = ''] = of('/given/crashed at night', sessions);
    await expect.poll(() => of('/given/third.vmcore', session())).toEqual([healthy]);
    expect(session()[damaged]).toBe(sessions[damaged]);
    await endWindow();
  });

  it('runs in its sandbox even if users cannot create namespaces', async () => {
    // As on every system in a root that was changed by chroot: there the kernel refuses them.
    expect(machine.asUser(['unshare', '--user', 'true']).status).toBe(0);
    const inRoot = ['chroot', '--userspec', `${rootUser.uid}:${rootUser.uid}`, '/run/other'];
    fine(machine.asRoot('sh', '-c', 'mkdir /run/other && mount --rbind / /run/other'));
    expect(machine.asRoot(...inRoot, 'unshare', '--user', 'true').status).not.toBe(0);
    machine.startAsRoot([...inRoot, `${desktop}/dumpbench`, '--', '/given/sample-damaged.s390'], { ...screen, HOME: rootUser.home });
    await expect.poll(() => recents()[0]).toBe('/given/sample-damaged.s390');
    const [window] = windows();
    const [renderer] = ofType('renderer');
    expect([renderer?.status('Seccomp'), renderer?.status('Uid')]).toEqual(['2', String(rootUser.uid)]);
    expect(renderer?.namespace('user')).toBe(window?.namespace('user'));
    for (const space of ['pid', 'net']) expect(renderer?.namespace(space), space).not.toBe(window?.namespace(space));
    await endWindow();
    fine(machine.asRoot('umount', '--lazy', '/run/other'));
  });

  it('runs from the tar.gz too, wherever it was unpacked, and finds what was changed in it', async () => {
    copyFileSync(made.tarball, join(machine.given, 'dumpbench.tar.gz'));
    fine(machine.asUser(['sh', '-c', 'mkdir ~/unpacked && tar -xzf /given/dumpbench.tar.gz -C ~/unpacked --strip-components=1']));
    const unpacked = `${rootUser.home}/unpacked`;
    const own = `${unpacked}/lib/dumpbench/desktop/dumpbench`;
    machine.startAsUser([`${unpacked}/bin/dumpbench`, 'open', '/given/sample-healthy.vmcore'], screen);
    await expect.poll(() => recents()[0]).toBe('/given/sample-healthy.vmcore');
    const processes = machine.processes(own);
    const [renderer] = processes.filter(({ commandLine }) => commandLine.includes(' --type=renderer '));
    expect(processes.filter(({ commandLine }) => / --(no-sandbox|disable-\S*sandbox)/.test(commandLine))).toEqual([]);
    expect(renderer?.status('Seccomp')).toBe('2');
    for (const { pid, commandLine } of processes) if (!commandLine.includes(' --type=')) process.kill(pid, 'SIGTERM');
    await expect.poll(() => machine.processes(unpacked).length).toBe(0);

    const doctor = (): ReturnType<Machine['asUser']> => machine.asUser([`${unpacked}/bin/dumpbench`, 'doctor'], screen);
    expect(fine(doctor())).toMatch(/^fine +Installation .* as they were packaged$/m);
    const archive = machine.pathOf(`${unpacked}/lib/dumpbench/desktop/resources/app.asar`);
    const bytes = readFileSync(archive);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(archive, bytes);
    const altered = doctor();
    expect(altered.status).toBe(1);
    expect(altered.stdout).toMatch(/^broken +Installation .*desktop\/resources\/app\.asar was changed$/m);
    rmSync(machine.pathOf(unpacked), { recursive: true });
  });

  it('purged, leaves only what users have made', () => {
    fine(machine.asRoot('apt-get', 'purge', '--yes', 'dumpbench'));
    expect(files()).toEqual(before);
    expect(readdirSync(kept('sessions'))).not.toEqual([]);
  });
});
