/** The registry of doors: what a stranger can send to Dumpbench, each with what may come of it. */
import type { Door } from '../door.ts';
import { archives } from './archives.ts';
import { capsules } from './capsules.ts';
import { catalogueRows } from './catalogue-rows.ts';
import { dumpFiles } from './dump-files.ts';
import { engineMethods } from './engine-methods.ts';
import { indexFiles } from './index-files.ts';
import { knownIssues } from './known-issues.ts';
import { packedFiles } from './packed-files.ts';
import { pageCodecs } from './page-codecs.ts';
import { sessionFiles } from './session-files.ts';

export const doors: readonly Door[] = [
  dumpFiles,
  engineMethods,
  packedFiles,
  archives,
  capsules,
  sessionFiles,
  knownIssues,
  indexFiles,
  catalogueRows,
  pageCodecs,
];

/** @throws Error for a name that is none */
export function doorNamed(name: string): Door {
  const door = doors.find((one) => one.name === name);
  if (door === undefined) throw new Error(`no door is named ${name}: ${doors.map((one) => one.name).join(', ')}`);
  return door;
}
