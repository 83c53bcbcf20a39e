/** An evidence capsule in words, the same in the window and in the terminal. */
import type { RecordedCaseJson } from './triage-model.ts';

/** Why nothing is known about the dump that a capsule was made from. */
export const unknownCase = (recorded: Extract<RecordedCaseJson, { readonly why: string }> | undefined): string =>
  `What happened is not known: ${recorded?.why ?? 'the capsule has no report'}`;

export const recordedHeading = (fileName: string): string => `The report in the capsule says of ${fileName}:`;

/** What the pages of a capsule can answer, and what they cannot. */
export const capsuleLimits: readonly string[] = [
  'The pages that it cites can be read, and its report in full: report.html in the file, which is a zip archive.',
  'Neither its signature nor the proofs of its pages were checked here: "dumpbench capsule verify" does that.',
  'CPUs, registers, tasks, the kernel log, and pages that are not cited are not in it: questions about these need the dump that it was made from.',
];
