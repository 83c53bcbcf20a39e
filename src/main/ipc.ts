/** The only file that touches ipcMain: every call is checked for its sender and its shape before anything happens. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, clipboard, dialog, ipcMain, shell } from 'electron';
import * as v from 'valibot';
import { noteEvidence, noteEvidencePath } from '../files/evidence-files.ts';
import { readGivenText } from '../files/given-file.ts';
import { fileSystemType, keepsOwnTimes } from '../files/change-time.ts';
import { memberPath } from '../files/member-path.ts';
import { writeOutput } from '../files/output-file.ts';
import { checkOutput } from '../files/output-place.ts';
import { isDocument, writtenFiles } from '../files/written-files.ts';
import type { AttachmentKind } from '../shared/attachment.ts';
import type { EvidenceKind } from '../shared/check-model.ts';
import { defined } from '../shared/defined.ts';
import { shellMethods, type SavedKind, type ShellMethod, type ShellMethods } from '../shared/shell-protocol.ts';
import { appOrigin } from './app-protocol.ts';
import { readKeptIssues } from './kept-issues.ts';
import { openLink } from './open-link.ts';
import { openSessionFiles, readSessionText } from './session-files.ts';
import { printPage } from './print-page.ts';
import type { Settings } from './settings.ts';
import type { MainWindow } from './window.ts';

type Handlers = {
  readonly [M in ShellMethod]: (
    params: v.InferOutput<ShellMethods[M]['params']>,
  ) => Promise<v.InferInput<ShellMethods[M]['result']>> | v.InferInput<ShellMethods[M]['result']>;
};

const samplesFolder = fileURLToPath(new URL('../samples/', import.meta.url)).replace('app.asar', 'app.asar.unpacked');

function handlersFor(window: MainWindow, settings: Settings, remarks: readonly string[], onMenuChanged: () => void): Handlers {
  const written = writtenFiles();
  /** Asks for a path, and writes what `content` returns. Without a path when the dialog was dismissed. */
  const save = async (
    kind: SavedKind,
    title: string,
    suggestedName: string,
    content: () => string | Promise<Uint8Array>,
  ): Promise<{ path?: string; opens?: true }> => {
    const answer = await dialog.showSaveDialog(window.browser, { title, defaultPath: suggestedName, properties: ['showOverwriteConfirmation'] });
    if (answer.canceled || answer.filePath === '') return {};
    const target = answer.filePath;
    // The dialog has asked whether an existing file may be replaced.
    const how = { kind, replace: true, expected: 'another place' } as const;
    checkOutput(target, how);
    writeOutput(target, await content(), how);
    written.note(target);
    return { path: target, ...(isDocument(target) ? { opens: true } : {}) };
  };
  const sessions = openSessionFiles(join(app.getPath('userData'), 'sessions'));
  return {
    start() {
      const paths = [...window.takeFirstPaths()];
      const issues = settings.knownIssues();
      return {
        paths,
        remarks: [...remarks],
        recents: settings.recents(),
        theme: settings.theme(),
        density: settings.density(),
        hexRows: settings.hexRows(),
        fonts: settings.fonts(),
        zoomFactor: settings.zoomFactor(),
        keys: settings.keys(),
        ...(issues === undefined ? {} : { knownIssues: readKeptIssues(issues) }),
        platform: process.platform,
        versions: { dumpbench: app.getVersion(), electron: process.versions.electron, chromium: process.versions.chrome, node: process.versions.node },
      };
    },
    async chooseDumps({ extensions }) {
      const answer = await dialog.showOpenDialog(window.browser, {
        title: 'Open dumps',
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: 'All files', extensions: ['*'] }, ...(extensions.length === 0 ? [] : [{ name: 'Kernel crash dumps', extensions }])],
      });
      return { paths: answer.filePaths };
    },
    async chooseFolders() {
      const answer = await dialog.showOpenDialog(window.browser, { title: 'Open the dumps in folders', properties: ['openDirectory', 'multiSelections'] });
      return { paths: answer.filePaths };
    },
    samples() {
      const text = readGivenText(join(samplesFolder, 'about.json'), { what: 'the list of samples', most: 1 << 16, evidence: false });
      const about = v.parse(v.record(v.string(), v.string()), JSON.parse(text));
      return { samples: Object.entries(about).map(([name, words]) => ({ path: join(samplesFolder, name), about: words })) };
    },
    remember(recent) {
      noteEvidencePath(recent.path);
      app.addRecentDocument(recent.path);
      return { recents: settings.remember(recent) };
    },
    forget: ({ path }) => ({ recents: settings.forget(path) }),
    setTheme({ theme }) {
      settings.setTheme(theme);
      onMenuChanged();
      return {};
    },
    protect({ files }) {
      for (const { path, device, inode } of files) noteEvidence({ path, device: BigInt(device), inode: BigInt(inode) });
      return {};
    },
    saveText: ({ kind, suggestedName, text, title }) => save(kind, title, suggestedName, () => text),
    savePdf: ({ suggestedName, html, title }) => save('report', title, suggestedName, () => printPage(html)),
    async chooseOutput({ suggestedName, title }) {
      const answer = await dialog.showSaveDialog(window.browser, { title, defaultPath: suggestedName });
      if (answer.canceled || answer.filePath === '') return {};
      checkOutput(answer.filePath, { kind: 'export', expected: 'a new file' });
      written.expect(answer.filePath);
      return { path: answer.filePath };
    },
    async chooseKey() {
      const answer = await dialog.showOpenDialog(window.browser, { title: 'Private key to sign with (Ed25519, PKCS#8 PEM)', properties: ['openFile'] });
      const [path] = answer.filePaths;
      if (path === undefined) return {};
      noteEvidencePath(path);
      return { path };
    },
    async chooseCommunicationKey() {
      const answer = await dialog.showOpenDialog(window.browser, { title: 'Customer communication key of the guest (32 bytes)', properties: ['openFile'] });
      const [path] = answer.filePaths;
      if (path === undefined) return {};
      noteEvidencePath(path);
      return { path };
    },
    async chooseEvidence({ kind }) {
      const answer = await dialog.showOpenDialog(window.browser, { title: evidenceTitles[kind], properties: ['openFile'] });
      const [path] = answer.filePaths;
      if (path === undefined) return {};
      noteEvidencePath(path);
      return { path };
    },
    async chooseAttachment({ kind }) {
      const answer = await dialog.showOpenDialog(window.browser, { title: attachmentTitles[kind], properties: ['openFile'] });
      const [path] = answer.filePaths;
      if (path === undefined) return {};
      noteEvidencePath(path);
      return { path };
    },
    async openText({ title, extension }) {
      const answer = await dialog.showOpenDialog(window.browser, { title, properties: ['openFile'], filters: [{ name: extension, extensions: [extension] }] });
      const [chosen] = answer.filePaths;
      if (chosen === undefined) return {};
      return { path: chosen, text: readSessionText(chosen) };
    },
    loadSession({ name }) {
      const text = sessions.load(name);
      return defined({ text });
    },
    saveSession({ name, text }) {
      sessions.save(name, text);
      return {};
    },
    async fileStates({ paths }) {
      const state = async (path: string): Promise<{ bytes?: number; modified?: number; changed?: number; folder?: true }> => {
        // For a member of an archive or a disk, this is the file that contains it.
        const { file } = memberPath(path);
        return stat(file).then(
          (stats) => ({
            bytes: stats.size,
            modified: stats.mtimeMs,
            ...(keepsOwnTimes(fileSystemType(file)) ? { changed: stats.ctimeMs } : {}),
            ...(stats.isDirectory() ? { folder: true } : {}),
          }),
          () => ({}),
        );
      };
      return { files: await Promise.all(paths.map(state)) };
    },
    setKeys({ command, keys }) {
      settings.setKeys(command, keys);
      onMenuChanged();
      return { keys: settings.keys() };
    },
    async chooseKnownIssues() {
      const answer = await dialog.showOpenDialog(window.browser, { title: 'Known issues (JSON Lines)', properties: ['openFile'] });
      const [path] = answer.filePaths;
      if (path === undefined) return {};
      const read = readKeptIssues(path);
      // An unreadable file does not replace a readable one.
      if (read.failure === undefined) settings.setKnownIssues(path);
      return { knownIssues: read };
    },
    forgetKnownIssues() {
      settings.setKnownIssues(undefined);
      return {};
    },
    setHexRows(rows) {
      settings.setHexRows(rows);
      return {};
    },
    setDensity({ density }) {
      settings.setDensity(density);
      return {};
    },
    setFonts({ fonts }) {
      settings.setFonts(fonts);
      return {};
    },
    zoom({ to }) {
      const contents = window.browser.webContents;
      const now = contents.getZoomFactor();
      const factor = typeof to === 'number' ? to : { in: Math.min(3, now + 0.1), out: Math.max(0.5, now - 0.1), reset: 1, double: 2 }[to];
      // Avoids rounding errors from adding tenths.
      const rounded = Math.round(factor * 100) / 100;
      contents.setZoomFactor(rounded);
      settings.setZoomFactor(rounded);
      return { factor: rounded };
    },
    async copyText({ text }) {
      // A promise since Electron 40; undefined before.
      await clipboard.writeText(text);
      return {};
    },
    showInFolder({ path }) {
      // For a member of an archive or a disk, show the file that contains it.
      shell.showItemInFolder(memberPath(path).file);
      return {};
    },
    async openWritten({ path }) {
      written.check(path);
      if (!isDocument(path)) throw new Error(`${path} is not a document that can be opened in another program`);
      const failure = await shell.openPath(path);
      if (failure !== '') throw new Error(`${path} could not be opened: ${failure}`);
      return {};
    },
    showWritten({ path }) {
      written.check(path);
      shell.showItemInFolder(path);
      return {};
    },
    restartEngine() {
      window.restartEngine();
      return {};
    },
    startFleet() {
      window.startFleet();
      return {};
    },
    async chooseCatalogue() {
      const answer = await dialog.showOpenDialog(window.browser, { title: 'Folder of a fleet catalogue', properties: ['openDirectory', 'showHiddenFiles'] });
      return defined({ path: answer.filePaths[0] });
    },
    async openLink({ address }) {
      await openLink(window.browser, address);
      return {};
    },
  };
}

const evidenceTitles: Readonly<Record<EvidenceKind, string>> = {
  manifest: 'Manifest to check against (sha256sum, hashdeep)',
  attestation: 'Signed attestation to check against',
  publicKey: 'Public key that you trust (Ed25519, PEM)',
  kdumpImage: 'Healthy image: another dump, the kdump kernel or its initrd',
};

const attachmentTitles: Readonly<Record<AttachmentKind, string>> = {
  vmlinux: 'vmlinux of the dumped kernel, or its debug information file',
  systemMap: 'System.map of the dumped kernel',
  dmesg: 'Attach a saved kernel log (vmcore-dmesg.txt)',
  dumpLog: 'Attach the log of kdump or makedumpfile',
  hostFacts: 'Attach an archive of dbginfo.sh or sos report',
  vmcoreinfo: 'Text of a VMCOREINFO note',
};

/**
 * @param remarks shown to the user at the start
 * @param onMenuChanged called because the menu shows keys and the theme
 */
export function handleShellCalls(window: MainWindow, settings: Settings, remarks: readonly string[], onMenuChanged: () => void): void {
  const handlers = handlersFor(window, settings, remarks, onMenuChanged);
  ipcMain.handle('shell-call', async (event, method: unknown, params: unknown) => {
    if (event.sender !== window.browser.webContents || event.senderFrame?.url.startsWith(`${appOrigin}/`) !== true)
      return { ok: false, message: 'not allowed' };
    if (typeof method !== 'string' || !Object.hasOwn(shellMethods, method)) return { ok: false, message: 'no such method' };
    const name = method as ShellMethod;
    const checked = v.safeParse(shellMethods[name].params, params);
    if (!checked.success) return { ok: false, message: `${name}: ${v.summarize(checked.issues)}` };
    try {
      return { ok: true, value: await (handlers[name] as (params: unknown) => unknown)(checked.output) };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  });
}
