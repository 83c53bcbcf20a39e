/** The window's settings as a file: one JSON object in the user's configuration folder. */
import * as v from 'valibot';
import { readGivenText } from '../files/given-file.ts';
import { writeOutput } from '../files/output-file.ts';
import { densities, fontChoices, hexRowsSchema, recentSchema, themes, zoomFactorSchema } from '../shared/shell-protocol.ts';

const whole = v.pipe(v.number(), v.safeInteger());

/** A setting that cannot be read gets its default, independently of the others. */
const storedSchema = v.object({
  theme: v.fallback(v.picklist(themes), 'system'),
  recents: v.fallback(v.array(recentSchema), []),
  density: v.fallback(v.picklist(densities), 'comfortable'),
  fonts: v.fallback(v.picklist(fontChoices), 'bundled'),
  zoomFactor: v.fallback(zoomFactorSchema, 1),
  hexRows: v.fallback(hexRowsSchema, { bytes: 16 }),
  /** Command id -> keys. */
  keys: v.fallback(v.record(v.string(), v.string()), {}),
  /** Path of the file of known issues. */
  knownIssues: v.fallback(v.optional(v.pipe(v.string(), v.minLength(1))), undefined),
  bounds: v.fallback(v.optional(v.object({ x: whole, y: whole, width: whole, height: whole })), undefined),
});
export type StoredSettings = v.InferOutput<typeof storedSchema>;

const maxBytes = 1 << 20;

export function readSettings(path: string): StoredSettings {
  let stored: unknown = {};
  try {
    stored = JSON.parse(readGivenText(path, { what: 'the settings', most: maxBytes, evidence: false }));
  } catch {
    // The first start, or a damaged file: the program starts anyway.
  }
  return v.parse(storedSchema, typeof stored === 'object' && stored !== null ? stored : {});
}

/** @throws DumpError io when they cannot be saved */
export function writeSettings(path: string, settings: StoredSettings): void {
  writeOutput(path, `${JSON.stringify(settings, undefined, 2)}\n`, { kind: 'own', replace: true });
}
