/** What Dumpbench needs from a machine, part by part. If possible, a part is tried rather than judged by its version. */
import { spawn } from 'node:child_process';
import { totalmem, tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import { loadSqlite } from '../analysis/page-index/sqlite.ts';
import { cacheRemarks, partFolder, usualCacheFolder } from '../files/cache-folder.ts';
import { freeBytes, whyNotWritable } from '../files/folder-probe.ts';
import { examineInstallation } from '../files/installation.ts';
import { systemText } from '../files/system-text.ts';
import { isDumpError } from '../shared/dump-error.ts';
import type { MachinePart } from '../shared/doctor-model.ts';
import { byteText } from '../shared/units.ts';
import { findBrowser } from './print-pdf.ts';
import { isCheckout, programScript } from './program-script.ts';

type Found = Omit<MachinePart, 'id' | 'title'>;

const fine = (found: string): Found => ({ state: 'fine', found });
const limited = (found: string, effect: string, remedy: string): Found => ({ state: 'limited', found, effect, remedy });
const broken = (found: string, effect: string, remedy: string): Found => ({ state: 'broken', found, effect, remedy });

const messageOf = (error: unknown): string => (isDumpError(error) ? error.what : error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

/** Bytes that a page index or an unpacked dump easily takes. */
const littleSpace = 1 << 30;
/** The minimum for building an index. */
const leastMemory = 192 << 20;
const comfortableMemory = 1 << 30;

async function installation(): Promise<Found> {
  const found = await examineInstallation();
  if (found === undefined) return fine('a checkout or an npm package, which has no list of its files to compare them with');
  const { folder, listed, wrong } = found;
  if (wrong.length === 0) return fine(`${folder}: all ${listed} files are as they were packaged`);
  const named = `${wrong.slice(0, 3).join('; ')}${wrong.length > 3 ? `; ${wrong.length - 3} more` : ''}`;
  return broken(`${folder}: ${named}`, 'commands may fail, or report something wrong', 'install Dumpbench again');
}

function node(): Found {
  const { napi, node: version } = process.versions;
  const found = `Node.js ${version} with Node-API ${napi}, ${process.execPath}`;
  return Number(napi) < 10 ? broken(found, 'page indexes need Node-API 10', 'install Node.js 24, or a package that includes it') : fine(found);
}

function sqlite(): Found {
  try {
    const database = new (loadSqlite())(':memory:');
    const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
    database.close();
    return fine(`SQLite ${version}`);
  } catch (error) {
    const effect = 'page indexes cannot be built, and sql, compare, and page classes do not work';
    return broken(messageOf(error), effect, 'reinstall Dumpbench; its SQLite binary must match this system and its C library');
  }
}

function space(folder: string, what: string): Found {
  const free = freeBytes(folder);
  if (free === undefined) return fine(folder);
  const found = `${folder}, ${byteText(free)} free`;
  return free < littleSpace ? limited(found, `${what} of large dumps may not fit`, 'free some space, or choose another folder') : fine(found);
}

function cacheFolder(): Found {
  const remedy = 'set XDG_CACHE_HOME to a folder that only you can use, on a disk with free space';
  const effect = 'indexes are not kept, and packed dumps cannot be opened';
  try {
    const folder = partFolder('index');
    const why = whyNotWritable(folder);
    if (why !== undefined) return broken(`${folder}: ${why}`, effect, remedy);
    const [remark] = cacheRemarks();
    if (usualCacheFolder() === undefined) {
      const kept = `${folder}, because no home folder is known`;
      return limited(kept, 'indexes may be lost at the next reboot', 'set HOME or XDG_CACHE_HOME to an absolute path');
    }
    return remark === undefined ? space(folder, 'indexes and unpacked copies') : limited(remark, 'files in the default cache folder are not used', remedy);
  } catch (error) {
    return broken(messageOf(error), effect, remedy);
  }
}

function temporaryFolder(): Found {
  const folder = tmpdir();
  const why = whyNotWritable(folder);
  return why === undefined
    ? space(folder, 'exports and printed reports')
    : limited(`${folder}: ${why}`, 'reports are not printed as PDF', 'set TMPDIR to a writable folder');
}

function threads(): Promise<Found> {
  const effect = 'pages are read by one thread, and regular expressions cannot be searched for';
  const bad = (why: string): Found => broken(why, effect, "raise this user's limits on processes and memory (ulimit -u, ulimit -v)");
  return new Promise((done) => {
    try {
      const worker = new Worker('0', { eval: true });
      worker.once('error', (error) => {
        done(bad(messageOf(error)));
      });
      worker.once('exit', () => {
        done(fine('a thread was started'));
      });
    } catch (error) {
      done(bad(messageOf(error)));
    }
  });
}

/** A soft limit of this process by the name that Linux gives it; undefined where there is none. */
function limitOf(name: string): number | undefined {
  const line = systemText('/proc/self/limits')
    ?.split('\n')
    .find((one) => one.startsWith(name));
  const value = Number(line?.slice(name.length).trim().split(/\s+/)[0]);
  return Number.isFinite(value) ? value : undefined;
}

function memory(): Found {
  // 0 where there is no limit.
  const constrained = process.constrainedMemory();
  const least = Math.min(totalmem(), constrained === 0 ? Infinity : constrained, limitOf('Max address space') ?? Infinity);
  const found = `${byteText(least)} for this process`;
  const remedy = 'raise the memory limit (ulimit -v, the container, or the slice)';
  if (least < leastMemory) return broken(found, `an index needs ${byteText(leastMemory)}`, remedy);
  return least < comfortableMemory ? limited(found, 'large dumps are indexed slowly', `${remedy}, or use index --memory`) : fine(found);
}

function openFiles(): Found {
  const most = limitOf('Max open files');
  if (most === undefined) return fine('no limit is known');
  return most < 256
    ? limited(`at most ${most} at once`, 'sets with many files may not open', 'raise the limit (ulimit -n 1024)')
    : fine(`at most ${most} at once`);
}

function locale(): Found {
  const name = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((one) => process.env[one] ?? '').find((one) => one !== '') ?? '';
  if (process.platform !== 'linux' || /utf-?8/i.test(name)) return fine(name === '' ? 'UTF-8' : name);
  return limited(name === '' ? 'none is set' : name, 'a terminal may not show all characters: output is always UTF-8', 'set LANG=C.UTF-8');
}

/** The answer of a script that starts the desktop program when it is only asked whether it could. */
function asked(what: '--display' | '--program'): Promise<Found & { said: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [programScript('print-page'), what], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    child.once('error', (error) => {
      done({ state: 'limited', found: error.message, said: error.message });
    });
    child.once('close', (code) => {
      done({ state: code === 0 ? 'fine' : 'limited', found: said.trim(), said: said.trim() });
    });
  });
}

async function display(): Promise<Found> {
  const { state, said } = await asked('--display');
  return state === 'fine'
    ? fine(said)
    : limited(said, 'the window cannot be shown; open prints the triage in the terminal', 'use a desktop session, or set DISPLAY');
}

async function desktopProgram(): Promise<Found> {
  const { state, said } = await asked('--program');
  const remedy = isCheckout()
    ? 'run npm start: it builds the window and gets Electron, or says what to install'
    : 'install the desktop package (deb, rpm, or tar.gz), and start the window as an ordinary user';
  return state === 'fine' ? fine(said) : limited(said, 'the window is not available', remedy);
}

/** Whether Chromium may use user namespaces for its sandbox. */
function sandbox(): Found {
  if (process.platform !== 'linux') return fine('provided by the system');
  if (process.getuid?.() === 0)
    return limited(
      'not available to root',
      isCheckout() ? 'npm start shows the window without it' : 'the window does not start',
      'start the window as an ordinary user',
    );
  const setting = (path: string): string | undefined => systemText(`/proc/sys/${path}`)?.trim();
  const refused =
    setting('kernel/unprivileged_userns_clone') === '0'
      ? 'kernel.unprivileged_userns_clone is 0'
      : setting('user/max_user_namespaces') === '0'
        ? 'user.max_user_namespaces is 0'
        : setting('kernel/apparmor_restrict_unprivileged_userns') === '1'
          ? 'kernel.apparmor_restrict_unprivileged_userns is 1'
          : undefined;
  return refused === undefined
    ? fine('user namespaces are allowed')
    : limited(refused, 'the window needs the setuid sandbox helper of its package', 'install the deb or rpm package, which includes the helper');
}

async function pdf(): Promise<Found> {
  const browser = findBrowser();
  if (browser !== undefined) return fine(browser);
  const program = await asked('--program');
  const screen = program.state === 'fine' ? await asked('--display') : program;
  if (screen.state === 'fine') return fine(program.said);
  return limited(
    `no Chromium, Chrome or Edge in PATH; the desktop program: ${screen.said}`,
    'report --format pdf does not work',
    'install Chromium, use the desktop program on a machine with a display, or print the output of --format html',
  );
}

/** All parts with their titles, in the order in which they are shown. */
const parts: readonly (readonly [MachinePart['id'], string, () => Found | Promise<Found>])[] = [
  ['installation', 'Installation', installation],
  ['node', 'Node.js', node],
  ['sqlite', 'SQLite', sqlite],
  ['cache-folder', 'Cache folder', cacheFolder],
  ['temporary-folder', 'Temporary folder', temporaryFolder],
  ['threads', 'Threads', threads],
  ['memory', 'Memory', memory],
  ['open-files', 'Open files', openFiles],
  ['locale', 'Locale', locale],
  ['display', 'Display', display],
  ['desktop-program', 'Desktop program', desktopProgram],
  ['sandbox', 'Sandbox of the window', sandbox],
  ['pdf', 'Printing', pdf],
];

export const examineMachine = (): Promise<readonly MachinePart[]> => Promise.all(parts.map(async ([id, title, look]) => ({ id, title, ...(await look()) })));
