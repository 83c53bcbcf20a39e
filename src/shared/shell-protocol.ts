/**
 * THE contract between renderer and Electron main. The renderer calls methods through the preload's `shell`; main sends
 * events. The engine is not here: it has a port of its own (engine-protocol.ts).
 */
import * as v from 'valibot';
import { attachmentKinds } from './attachment.ts';
import { evidenceKinds } from './check-model.ts';
import { evidenceFilesSchema } from './evidence-protocol.ts';
import { knownIssuesSchema } from './known-issues.ts';
import { keptOfDump } from './said-of-dump.ts';

const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
const path = text(4096);

export const themes = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];

export const recentSchema = v.strictObject({
  path,
  /** What it was, in a line: "s390 stand-alone, 384 MiB, Linux 6.1". */
  title: text(400),
  health: v.picklist(['passed', 'failed', 'unknown']),
  /** What was found when it was open last: what ended the system, and how the checks ended; older lists have none of it. */
  verdict: v.optional(text(300)),
  checks: v.optional(text(200)),
  /** When the system ended or was dumped, and when the dump was open last, ISO 8601. */
  ended: v.optional(text(40)),
  opened: v.optional(text(40)),
  /** How it was opened, where its headers do not say it; never with the key of a secure guest. */
  said: v.optional(v.strictObject(keptOfDump)),
  volumes: v.optional(v.pipe(v.array(path), v.maxLength(256))),
});
export type Recent = v.InferOutput<typeof recentSchema>;

export const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];
/** Those that the program brings along, or the system's. */
export const fontChoices = ['bundled', 'system'] as const;
export type Fonts = (typeof fontChoices)[number];
/** Sizes that are offered; steps of zooming lead to others. */
export const zoomFactors: readonly number[] = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
export const zoomFactorSchema = v.pipe(v.number(), v.minValue(0.5), v.maxValue(3));
export const rowLengths = [8, 16, 32] as const;
/** How hex views show a row. `ebcdic` is absent where nobody chose: it is shown then for machines whose text is in EBCDIC. */
export const hexRowsSchema = v.strictObject({ bytes: v.picklist(rowLengths), ebcdic: v.optional(v.boolean()) });
export type HexRows = v.InferOutput<typeof hexRowsSchema>;
/** Action id -> keys, where a person chose others. */
const keyMap = v.record(text(100), text(40));
const versionsSchema = v.strictObject({ dumpbench: v.string(), electron: v.string(), chromium: v.string(), node: v.string() });
export type Versions = v.InferOutput<typeof versionsSchema>;
const nothing = v.strictObject({});
/** The file of known issues that a person keeps in the settings; its issues, or why it cannot be read. */
const keptIssuesSchema = v.strictObject({ path, issues: v.optional(knownIssuesSchema), failure: v.optional(v.string()) });
export type KeptIssues = v.InferOutput<typeof keptIssuesSchema>;
/** What was saved; no path when the dialog was dismissed. `opens` when the desktop's program for such documents can be started with it. */
const savedSchema = v.strictObject({ path: v.optional(path), opens: v.optional(v.literal(true)) });
export type Saved = v.InferOutput<typeof savedSchema>;
const sampleSchema = v.strictObject({ path, about: v.string() });
export type Sample = v.InferOutput<typeof sampleSchema>;
const keptIssues = v.strictObject({ knownIssues: v.optional(keptIssuesSchema) });
/** What a person saves: says which files it may replace. */
export const savedKinds = ['report', 'manifest', 'attestation', 'session', 'rows'] as const;
export type SavedKind = (typeof savedKinds)[number];
/** Becomes a file name: nothing else may. */
const sessionName = v.pipe(v.string(), v.regex(/^(?:last|[0-9a-f]{64}|[0-9a-f]{32}\.[0-9a-f]{32})$/));

export const shellMethods = {
  /** What the window starts with. */
  start: {
    params: nothing,
    result: v.strictObject({
      paths: v.array(path),
      /** Sentences: what was refused, and what is used instead. */
      remarks: v.array(v.string()),
      recents: v.array(recentSchema),
      theme: v.picklist(themes),
      density: v.picklist(densities),
      fonts: v.picklist(fontChoices),
      zoomFactor: zoomFactorSchema,
      hexRows: hexRowsSchema,
      keys: keyMap,
      knownIssues: v.optional(keptIssuesSchema),
      platform: v.string(),
      versions: versionsSchema,
    }),
  },
  /** Open dialog, with a filter for these endings of dumps' names; no paths when it was dismissed. */
  chooseDumps: { params: v.strictObject({ extensions: v.array(text(40)) }), result: v.strictObject({ paths: v.array(path) }) },
  /** Open dialog for folders whose dumps are listed; no paths when it was dismissed. */
  chooseFolders: { params: nothing, result: v.strictObject({ paths: v.array(path) }) },
  /** The bundled sample dumps, and what each of them is. */
  samples: { params: nothing, result: v.strictObject({ samples: v.array(sampleSchema) }) },
  remember: { params: recentSchema, result: v.strictObject({ recents: v.array(recentSchema) }) },
  forget: { params: v.strictObject({ path }), result: v.strictObject({ recents: v.array(recentSchema) }) },
  setTheme: { params: v.strictObject({ theme: v.picklist(themes) }), result: nothing },
  /** Evidence that the engine has open or had open: never written over from now on, whatever its name is then. */
  protect: { params: v.strictObject({ files: evidenceFilesSchema }), result: nothing },
  /** Save dialog; no path when it was dismissed. Never over evidence. */
  saveText: {
    params: v.strictObject({ kind: v.picklist(savedKinds), suggestedName: text(255), text: text(64 << 20), title: text(200) }),
    result: savedSchema,
  },
  /** Save dialog for a file that the engine writes: a new one, and never evidence. No path when it was dismissed. */
  chooseOutput: { params: v.strictObject({ suggestedName: text(255), title: text(200) }), result: v.strictObject({ path: v.optional(path) }) },
  /** Open dialog for a small text file of ours; nothing when it was dismissed. */
  openText: {
    params: v.strictObject({ title: text(200), extension: text(40) }),
    result: v.strictObject({ path: v.optional(path), text: v.optional(text(4 << 20)) }),
  },
  /** What was kept under a name: the last session, or that of a dump by its identity and dump key (in older versions by its identity alone). */
  loadSession: { params: v.strictObject({ name: sessionName }), result: v.strictObject({ text: v.optional(text(4 << 20)) }) },
  saveSession: { params: v.strictObject({ name: sessionName, text: text(4 << 20) }), result: nothing },
  /** Save dialog for a report as PDF: the page is printed by a window of its own, without script. */
  savePdf: {
    params: v.strictObject({ suggestedName: text(255), html: text(64 << 20), title: text(200) }),
    result: savedSchema,
  },
  /** Open dialog for the private key that signs; main never reads it. */
  chooseKey: { params: nothing, result: v.strictObject({ path: v.optional(path) }) },
  /** Open dialog for the key of a secure guest; main never reads it, and nothing keeps its path. */
  chooseCommunicationKey: { params: nothing, result: v.strictObject({ path: v.optional(path) }) },
  /** Open dialog for a file to check a dump against; main never reads it. */
  chooseEvidence: { params: v.strictObject({ kind: v.picklist(evidenceKinds) }), result: v.strictObject({ path: v.optional(path) }) },
  /** Open dialog for a file that tells more of a dump's kernel; main never reads it. */
  chooseAttachment: { params: v.strictObject({ kind: v.picklist(attachmentKinds) }), result: v.strictObject({ path: v.optional(path) }) },
  /** Size, time of modification, and time of change where the file system keeps it, of files, and which of them are folders; none of it where there is no such file. */
  fileStates: {
    params: v.strictObject({ paths: v.pipe(v.array(path), v.maxLength(64)) }),
    result: v.strictObject({
      files: v.array(
        v.strictObject({
          bytes: v.optional(v.number()),
          modified: v.optional(v.number()),
          changed: v.optional(v.number()),
          folder: v.optional(v.literal(true)),
        }),
      ),
    }),
  },
  /** Keys of an action instead of its own; empty for none, absent for its own again. */
  setKeys: { params: v.strictObject({ command: text(100), keys: v.optional(text(40)) }), result: v.strictObject({ keys: keyMap }) },
  setHexRows: { params: hexRowsSchema, result: nothing },
  setDensity: { params: v.strictObject({ density: v.picklist(densities) }), result: nothing },
  /** Open dialog for a file of known issues, which is kept from now on; none of them when it was dismissed. */
  chooseKnownIssues: { params: nothing, result: keptIssues },
  forgetKnownIssues: { params: nothing, result: nothing },
  setFonts: { params: v.strictObject({ fonts: v.picklist(fontChoices) }), result: nothing },
  /** A step, or a factor; it is kept. */
  zoom: {
    params: v.strictObject({ to: v.union([v.picklist(['in', 'out', 'reset', 'double']), zoomFactorSchema]) }),
    result: v.strictObject({ factor: zoomFactorSchema }),
  },
  copyText: { params: v.strictObject({ text: text(4 << 20) }), result: nothing },
  /** Shows a file among its neighbours, in the file manager. */
  showInFolder: { params: v.strictObject({ path }), result: nothing },
  /** Opens a document that was saved, and is still that file, with the desktop's program for it. */
  openWritten: { params: v.strictObject({ path }), result: nothing },
  /** Shows a file that was saved or exported, and is still that file, in its folder. */
  showWritten: { params: v.strictObject({ path }), result: nothing },
  /** Starts the engine again after it went away, or ends one that hangs. */
  restartEngine: { params: nothing, result: nothing },
  /** Starts a process that can open a fleet's catalogue; its port comes by itself. It ends when the page closes that. */
  startFleet: { params: nothing, result: nothing },
  /** Open dialog for the folder of a fleet's catalogue; no path when it was dismissed. */
  chooseCatalogue: { params: nothing, result: v.strictObject({ path: v.optional(path) }) },
  /** Asks whether a page of the web shall be opened, and has the desktop's browser do it. Only http and https. */
  openLink: { params: v.strictObject({ address: text(2000) }), result: nothing },
} as const;
export type ShellMethods = typeof shellMethods;
export type ShellMethod = keyof ShellMethods;
/** Methods that ask where something is to be saved. */
export const saveMethods: ReadonlySet<string> = new Set(
  Object.entries(shellMethods).flatMap(([name, { params }]) => ('suggestedName' in params.entries ? [name] : [])),
);

export const shellEventSchema = v.variant('event', [
  v.strictObject({ event: v.literal('open'), paths: v.array(path) }),
  v.strictObject({
    event: v.literal('engine'),
    state: v.picklist(['starting', 'ready', 'gone']),
    /** utility process, or child process on the pinned Node. */
    host: v.optional(v.string()),
    reason: v.optional(v.string()),
  }),
  /** A menu item was chosen: the id of an action of the renderer. */
  v.strictObject({ event: v.literal('action'), action: text(100) }),
]);
export type ShellEvent = v.InferOutput<typeof shellEventSchema>;

/** What the preload puts on `window.dumpbench`. */
export interface ShellBridge {
  /** Rejects with an Error whose message is a plain sentence. */
  readonly call: <M extends ShellMethod>(method: M, params: v.InferInput<ShellMethods[M]['params']>) => Promise<v.InferOutput<ShellMethods[M]['result']>>;
  readonly onEvent: (listener: (event: unknown) => void) => void;
  /** Path on disk of a dropped file. The parameter is the DOM's File, which this folder does not know. */
  readonly pathOf: (file: object) => string;
}

/** `data` of the window message that carries the engine's MessagePort: posted by the preload at each engine start. */
export const enginePortMessage = 'dumpbench:engine-port';
/** The same of a process that can open a fleet's catalogue: posted after each `startFleet`. */
export const fleetPortMessage = 'dumpbench:fleet-port';
