// What every package says about Dumpbench, and what it needs from a system.
import { readFileSync } from 'node:fs';

/** @type {{ version: string, license: string, author: string, homepage?: string }} */
const { version, license, author, homepage } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const summary = 'Workbench for Linux kernel crash dumps';
const about = [
  'Dumpbench opens crash dumps of Linux kernels, s390x first, on an ordinary workstation:',
  'without a network and without debug information. It says what a dump is, whether it is',
  'complete and undamaged, and what died; it indexes every page, verifies what the dumped',
  'system recorded about itself, and writes reports. A window and a command line.',
];

export const product = { name: 'dumpbench', title: 'Dumpbench', summary, about, version, license, author, homepage };

/** How Debian and RPM name the processors that Node names so. @type {Readonly<Record<string, { deb: string, rpm: string }>>} */
export const architectures = { x64: { deb: 'amd64', rpm: 'x86_64' }, arm64: { deb: 'arm64', rpm: 'aarch64' } };

/**
 * The libraries without which Electron and Node do not start, and Debian's packages of them. With `t64` the package carries the mark of the 64-bit time_t
 * from Debian 13 and Ubuntu 24.04 on; with `loaded` the program is not linked with the library, but loads it at its start and ends without it.
 * @type {readonly { readonly file: string, readonly debian: string, readonly t64?: true, readonly loaded?: true }[]}
 */
export const libraries = [
  { file: 'libasound.so.2', debian: 'libasound2', t64: true },
  { file: 'libatk-1.0.so.0', debian: 'libatk1.0-0', t64: true },
  { file: 'libatk-bridge-2.0.so.0', debian: 'libatk-bridge2.0-0', t64: true },
  { file: 'libatspi.so.0', debian: 'libatspi2.0-0', t64: true },
  { file: 'libcairo.so.2', debian: 'libcairo2' },
  { file: 'libcups.so.2', debian: 'libcups2', t64: true },
  { file: 'libdbus-1.so.3', debian: 'libdbus-1-3' },
  { file: 'libdrm.so.2', debian: 'libdrm2' },
  { file: 'libexpat.so.1', debian: 'libexpat1' },
  { file: 'libgbm.so.1', debian: 'libgbm1' },
  { file: 'libgcc_s.so.1', debian: 'libgcc-s1' },
  { file: 'libglib-2.0.so.0', debian: 'libglib2.0-0', t64: true },
  { file: 'libgtk-3.so.0', debian: 'libgtk-3-0', t64: true },
  { file: 'libnspr4.so', debian: 'libnspr4' },
  { file: 'libnss3.so', debian: 'libnss3' },
  { file: 'libpango-1.0.so.0', debian: 'libpango-1.0-0' },
  { file: 'libstdc++.so.6', debian: 'libstdc++6' },
  { file: 'libudev.so.1', debian: 'libudev1' },
  { file: 'libX11.so.6', debian: 'libx11-6' },
  { file: 'libX11-xcb.so.1', debian: 'libx11-xcb1', loaded: true },
  { file: 'libxcb.so.1', debian: 'libxcb1' },
  { file: 'libXcomposite.so.1', debian: 'libxcomposite1' },
  { file: 'libXdamage.so.1', debian: 'libxdamage1' },
  { file: 'libXext.so.6', debian: 'libxext6' },
  { file: 'libXfixes.so.3', debian: 'libxfixes3' },
  { file: 'libxkbcommon.so.0', debian: 'libxkbcommon0' },
  { file: 'libXrandr.so.2', debian: 'libxrandr2' },
];

/** The C library that the pinned Node was built for. */
export const leastGlibc = '2.28';

/** For tests: packages are made quickly, and not compressed where their form allows it. */
export const isQuick = () => process.env.DUMPBENCH_PACKAGES === 'quick';
