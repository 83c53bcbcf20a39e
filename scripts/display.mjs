// Is there a screen to show a window on, and a virtual one for tests where there is none.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const connectMilliseconds = 2000;
/** A guard against what hangs: on a machine with much else to do it takes its time. */
const startMilliseconds = 60_000;

/**
 * @typedef {object} Display
 * @property {boolean} usable
 * @property {'native' | 'x11' | 'wayland' | 'none'} kind  native: macOS and Windows, which always have one
 * @property {string} reason  a sentence for people
 */

/**
 * Whether a window can be shown. On Linux the display named in the environment must also answer.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Display>}
 */
export async function findDisplay(env = process.env) {
  if (process.platform !== 'linux') return { usable: true, kind: 'native', reason: 'The system has a desktop.' };

  const tried = [];
  if (env.WAYLAND_DISPLAY) {
    if (await answers(waylandSocket(env.WAYLAND_DISPLAY, env))) {
      return { usable: true, kind: 'wayland', reason: `The Wayland display ${env.WAYLAND_DISPLAY} answers.` };
    }
    tried.push(`WAYLAND_DISPLAY=${env.WAYLAND_DISPLAY}`);
  }
  if (env.DISPLAY) {
    for (const socket of x11Sockets(env.DISPLAY)) {
      if (await answers(socket)) return { usable: true, kind: 'x11', reason: `The X display ${env.DISPLAY} answers.` };
    }
    tried.push(`DISPLAY=${env.DISPLAY}`);
  }
  const reason = tried.length === 0 ? 'Neither DISPLAY nor WAYLAND_DISPLAY is set.' : `Nothing answers at ${tried.join(' or ')}.`;
  return { usable: false, kind: 'none', reason };
}

/**
 * @typedef {object} Xvfb
 * @property {string} display              such as ":7"
 * @property {Record<string, string>} env  DISPLAY and XAUTHORITY: spread these into a child's environment
 * @property {() => Promise<void>} stop    ends the server and removes its files; harmless when called twice
 */

/**
 * Starts a virtual X server on a free display number; it accepts only clients that have its cookie.
 * It ends with this process at the latest.
 * @param {{ width?: number, height?: number, uid?: number }} [options]
 *   the screen's size in pixels; `uid`: the user who may read the cookie, where that isn't the current one
 * @returns {Promise<Xvfb>}
 * @throws {Error} with a sentence when Xvfb is missing or does not start
 */
export async function startXvfb({ width = 1280, height = 800, uid } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dumpbench-xvfb-'));
  const authority = path.join(folder, 'Xauthority');
  fs.writeFileSync(authority, authorityFile(randomBytes(16)), { mode: 0o600 });
  if (uid !== undefined) for (const file of [authority, folder]) fs.chownSync(file, uid, uid);

  // -displayfd lets the server itself take the first free number, so two starts never collide.
  const screen = ['-screen', '0', `${width}x${height}x24`];
  const options = ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset', '-auth', authority];
  const server = spawn('Xvfb', options, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => server.once('close', resolve).once('error', resolve));
  const end = () => {
    server.kill('SIGTERM');
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);

  const stop = async () => {
    process.off('exit', end);
    server.ref();
    end();
    await ended;
  };
  try {
    const display = `:${await readDisplayNumber(server)}`;
    // Neither the server nor its pipes shall keep the caller's process running.
    server.unref();
    for (const pipe of server.stdio) /** @type {net.Socket | null | undefined} */ (pipe)?.unref();
    return { display, env: { DISPLAY: display, XAUTHORITY: authority }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Waits until the server has written its display number, which it does when it is ready for clients.
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<string>}
 */
function readDisplayNumber(server) {
  return new Promise((resolve, reject) => {
    let errors = '';
    let number = '';
    const fail = (/** @type {string} */ why) => reject(new Error(`The virtual display did not start: ${why}`));
    const timer = setTimeout(() => fail(`no answer in ${startMilliseconds / 1000} seconds`), startMilliseconds);
    server.stderr?.on('data', (/** @type {Buffer} */ text) => (errors = `${errors}${text}`.slice(-2000)));
    /** @type {net.Socket} */ (server.stdio[3]).on('data', (/** @type {Buffer} */ text) => {
      number += text;
      if (!number.includes('\n')) return;
      clearTimeout(timer);
      resolve(number.trim());
    });
    server.once('error', (error) => {
      clearTimeout(timer);
      const isMissing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      fail(isMissing ? 'Xvfb is not installed (Debian: apt-get install xvfb)' : error.message);
    });
    server.once('close', (code) => {
      clearTimeout(timer);
      fail(errors.trim() || `Xvfb ended with code ${code}`);
    });
  });
}

/**
 * An Xauthority file with one MIT-MAGIC-COOKIE-1 entry for any host and any display (Xau library, AuWrite.c):
 * big-endian family, then address, display number, name and data, each with a 16-bit length.
 */
function authorityFile(/** @type {Buffer} */ cookie) {
  const familyWild = Buffer.from([0xff, 0xff]);
  const counted = (/** @type {Buffer} */ data) => Buffer.concat([Buffer.from([data.length >> 8, data.length & 0xff]), data]);
  const empty = Buffer.alloc(0);
  return Buffer.concat([familyWild, ...[empty, empty, Buffer.from('MIT-MAGIC-COOKIE-1'), cookie].map(counted)]);
}

/**
 * @typedef {{ path: string } | { host: string, port: number }} Address
 */

/** @returns {Address} */
function waylandSocket(/** @type {string} */ name, /** @type {NodeJS.ProcessEnv} */ env) {
  return { path: path.resolve(env.XDG_RUNTIME_DIR ?? '/', name) };
}

/**
 * Where the server of a DISPLAY can listen: "[host]:number[.screen]".
 * @param {string} display
 * @returns {Address[]}
 */
function x11Sockets(display) {
  const parts = /^(?:(?<host>.*)[/:])?:?(?<number>\d+)(?:\.\d+)?$/.exec(display)?.groups;
  if (parts?.number === undefined) return [];
  if (parts.host && parts.host !== 'unix') return [{ host: parts.host, port: 6000 + Number(parts.number) }];
  const file = `/tmp/.X11-unix/X${parts.number}`;
  return [{ path: file }, { path: `\0${file}` }];
}

/** Whether something accepts connections at an address. */
function answers(/** @type {Address} */ address) {
  return new Promise((/** @type {(answer: boolean) => void} */ resolve) => {
    const socket = net.connect(address);
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(connectMilliseconds, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
