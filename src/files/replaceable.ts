/**
 * What may be overwritten if the user asks for it: what is recognised as an output of Dumpbench of the same kind, and an empty
 * file. Everything else stays, whatever it is: no list of evidence is ever complete (docs/decisions/0026).
 */
import * as v from 'valibot';
import { lookedAtBytes, matchedText, seemingKind } from './seeming-kind.ts';

/** `own`: the program's own files, in its own folder. */
export type OutputKind = 'report' | 'manifest' | 'attestation' | 'session' | 'rows' | 'sample' | 'export' | 'capsule' | 'piece' | 'own';

/** Outputs that replace nothing. */
const neverReplacing = ['sample', 'export', 'capsule', 'piece'] as const;
type NeverReplacing = (typeof neverReplacing)[number];
const replacesNothing = (kind: OutputKind): kind is NeverReplacing => neverReplacing.some((one) => one === kind);

/** A file that is larger is not read to see what it states. */
export const comparedBytes = 64 << 20;

/** How the reports of each format begin (src/analysis/report); of a PDF what Chromium notes of the program that printed it. */
const reports: readonly RegExp[] = [
  /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="dumpbench /,
  /^\{\n {2}"schema": \d+,\n {2}"tool": \{\n {4}"name": "dumpbench",\n {4}"version": "[^"\n]*"\n {2}\},\n {2}"fileName": /,
  /^# (?:(?:Integrity|Crash dump) report: |Comparison of )[^\n]*\n\ndumpbench \S+\n\n(?:\*\*|## )/,
  /^\{\n {2}"\$schema": "[^"\n]*\/sarif-schema-[^"\n]*",\n {2}"version": "2\.1\.0",\n {2}"runs": \[\n {4}\{\n {6}"tool": \{\n {8}"driver": \{\n {10}"name": "dumpbench"/,
  /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="dumpbench /,
  /^record,id,result,title,detail,recorded,computed,where\ntool,dumpbench,/,
  /^%PDF-[^]*\n(?:<<)?\/Creator \((?:\\.|[^\\()])* dumpbench\/[^]*\/Producer \(Skia\/PDF /i,
];

/** How manifests begin that we write: sha256sum's and hashdeep's own have no sizes and no empty comment. */
const manifests: readonly RegExp[] = [/^\\?[0-9a-f]{64} {2}[^\n]*\n# size \d+ {2}/, /^%%%% HASHDEEP-1\.0\n%%%% size,sha256,filename\n##\n\d+,[0-9a-f]{64},/];

const beginnings: Readonly<Record<Exclude<OutputKind, 'own' | NeverReplacing>, readonly RegExp[]>> = {
  report: reports,
  manifest: manifests,
  attestation: [/^\{\n {2}"payloadType": "application\/vnd\.in-toto\+json",\n {2}"payload": "/],
  session: [/^\{\n {2}"schema": \d+,\n {2}"dumps": \[/],
  // This depends on the columns, which are known with the rows.
  rows: [/^[^\n]+\n/],
};

/**
 * Why a file that is there must not be replaced by an output, as far as its beginning says; undefined when it may be.
 * @param head its first `lookedAtBytes` bytes
 */
export function whyKept(head: Uint8Array, by: OutputKind): string | undefined {
  if (by === 'own' || head.length === 0) return undefined;
  if (!replacesNothing(by) && beginnings[by].some((pattern) => pattern.test(matchedText(head)))) return undefined;
  return `it seems to be ${seemingKind(head)}, and ${replaces[by]}`;
}

const replaces: Readonly<Record<Exclude<OutputKind, 'own'>, string>> = {
  report: 'a report replaces nothing but reports of Dumpbench',
  manifest: "a manifest replaces nothing but Dumpbench's manifests of the same files with the same digests",
  attestation: "an attestation replaces nothing but Dumpbench's attestations of the same files by the same key",
  session: "a session replaces nothing but Dumpbench's sessions of the same dumps",
  rows: 'rows replace nothing but a table of the same columns',
  sample: 'a sample replaces nothing',
  export: 'an export replaces nothing',
  capsule: 'a capsule replaces nothing',
  piece: 'a piece of an index replaces nothing',
};

const named = v.object({ name: v.string(), digest: v.object({ sha256: v.string() }) });
const envelopeSchema = v.object({ payload: v.string(), signatures: v.array(v.object({ keyid: v.optional(v.string()) })) });
const statementSchema = v.object({ predicateType: v.literal('urn:dumpbench:predicate:integrity:v1'), subject: v.array(named) });
const sessionSchema = v.object({
  dumps: v.array(v.object({ identity: v.optional(v.string()), dumpKey: v.optional(v.string()), pathHint: v.string() })),
});

/** What a text states that must not get lost; undefined when it is not of the kind. */
type Statements = (text: string) => readonly string[] | undefined;

function parsed<T>(schema: v.GenericSchema<unknown, T>, text: string): T | undefined {
  try {
    const checked = v.safeParse(schema, JSON.parse(text));
    return checked.success ? checked.output : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of a manifest that state nothing: the head of hashdeep's form. */
const headLines: ReadonlySet<string> = new Set(['', '##', '%%%% HASHDEEP-1.0', '%%%% size,sha256,filename']);

/** The lines that our two forms write, each as what it states, so that one form may replace the other. */
const manifestLines: readonly (readonly [line: RegExp, states: (...parts: readonly string[]) => readonly string[]])[] = [
  [/^\\?([0-9a-f]{64}) {2}(.*)$/, (digest, name) => [`${digest} ${name}`]],
  [/^# size (\d+) {2}(.*)$/, (bytes, name) => [`size ${bytes} ${name}`]],
  [/^# piece ([0-9a-f]{64}) (\d+-\d+) {2}(.*)$/, (digest, range, name) => [`piece ${digest} ${range} ${name}`]],
  [/^(\d+),([0-9a-f]{64}),(.*)$/, (bytes, digest, name) => [`${digest} ${name}`, `size ${bytes} ${name}`]],
  [/^## piece \d+,([0-9a-f]{64}),(.*) offset (\d+-\d+)$/, (digest, name, range) => [`piece ${digest} ${range} ${name}`]],
];

/** A line that is none of ours is a statement too: a digest of another kind, a note of somebody's. Only the same line states it again. */
const manifestStatements: Statements = (text) =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line) => {
      if (headLines.has(line)) return [];
      for (const [pattern, states] of manifestLines) {
        const found = pattern.exec(line);
        if (found !== null) return states(...found.slice(1));
      }
      return [`line ${line}`];
    });

const attestationStatements: Statements = (text) => {
  const envelope = parsed(envelopeSchema, text);
  const statement = envelope && parsed(statementSchema, Buffer.from(envelope.payload, 'base64').toString('utf8'));
  return statement?.subject.flatMap(({ name, digest }) => envelope?.signatures.map(({ keyid }) => `${keyid ?? ''} ${digest.sha256} ${name}`) ?? []);
};

const sessionStatements: Statements = (text) =>
  parsed(sessionSchema, text)?.dumps.map(({ identity, dumpKey, pathHint }) => (identity === undefined ? pathHint : `${identity} ${dumpKey ?? ''}`));

/** For rows the columns, as CSV or as a list of objects. */
const rowsStatements: Statements = (text) => {
  const first = parsed(v.array(v.record(v.string(), v.unknown())), text);
  if (first !== undefined) return first.slice(0, 1).map((row) => `json ${Object.keys(row).join(',')}`);
  const end = text.indexOf('\r\n');
  return end < 0 ? undefined : [`csv ${text.slice(0, end)}`];
};

const statements: Readonly<Partial<Record<OutputKind, Statements>>> = {
  manifest: manifestStatements,
  attestation: attestationStatements,
  session: sessionStatements,
  rows: rowsStatements,
};

/** Whether it depends on what an output of this kind states if it may be replaced. */
export const isComparedBeforeReplaced = (by: OutputKind): boolean => statements[by] !== undefined;

/**
 * Why a file whose beginning is right must not be replaced by this content; undefined when it may be. Manifests, attestations and
 * sessions are evidence too: what is replaced by one must be stated by it again.
 * @param there the whole file, or more than `comparedBytes` of it
 */
export function whyOthersStay(there: Uint8Array, by: OutputKind, content: Uint8Array): string | undefined {
  const of = statements[by];
  if (of === undefined || there.length === 0 || by === 'own') return undefined;
  if (there.length > comparedBytes) return `it has more than ${comparedBytes} bytes, and ${replaces[by]}`;
  const before = of(Buffer.from(there.buffer, there.byteOffset, there.byteLength).toString('utf8'));
  const now = new Set(of(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8')));
  if (before?.every((one) => now.has(one)) === true) return undefined;
  const isOurs = before !== undefined && by !== 'rows';
  return `${isOurs ? 'it states what this output does not' : `it seems to be ${seemingKind(there.subarray(0, lookedAtBytes))}`}, and ${replaces[by]}`;
}
