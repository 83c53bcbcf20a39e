/** Long work on a dump: what starts by itself after the first facts, and what a person asks for. */
import type { EngineLink } from '../engine/engine-link.ts';
import { attachedText, attachmentKinds, type AttachmentKind, type AttachmentPaths } from '../../shared/attachment.ts';
import type { Catalogue } from '../../shared/catalogue-model.ts';
import type { EvidenceKind, VerifyJson } from '../../shared/check-model.ts';
import type { Paper } from '../../shared/integrity-protocol.ts';
import type { KnownIssue } from '../../shared/known-issues.ts';
import type { RedactRuleId } from '../../shared/redact-rules.ts';
import type { Shell } from '../shell/shell-calls.ts';
import { defined } from '../../shared/defined.ts';
import { byteText } from '../../shared/units.ts';
import { healthWords } from '../words/health.ts';
import { countText } from '../words/numbers.ts';
import { EngineFailure } from '../../shared/rpc.ts';
import type { ExportFormat } from './catalogue.ts';
import { isRunning, type Job, type JobKind, type Jobs } from './jobs.ts';
import { reportAnnotation, type MarkBook } from './marks.ts';
import { evidencePaths, fileName, handleOf, type Evidence, type OpenDump } from './open-dump.ts';
import type { OpenDumps } from './open-dumps.ts';

export interface DumpJobs {
  /** Quick checks and the page index: what is still missing of them. */
  readonly startBackground: (key: string) => void;
  readonly index: (key: string) => void;
  readonly verify: (key: string) => void;
  /** Checks it again with these files too; they are part of every later pass and report. Without any: forgets those of before. */
  readonly checkAgainst: (key: string, evidence: Evidence) => void;
  /** Asks for a file that tells more of the dump's kernel, and attaches it. */
  readonly attach: (key: string, kind: AttachmentKind) => void;
  /** Attaches files that are known already: one that lies next to the dump, or those that were dropped. */
  readonly attachFiles: (key: string, files: AttachmentPaths) => void;
  /** Takes attached files away: one, or all of them. */
  readonly detach: (key: string, kind?: AttachmentKind) => void;
  /** Manifests and attestations always read everything. */
  readonly hand: (key: string, format: ExportFormat, choice?: ReportChoice) => void;
}

/** What is in a report. */
export interface ReportChoice {
  /** With digests and scans; without it as much as was checked so far. */
  readonly full?: boolean;
  /** Without them the usual ones. */
  readonly analyses?: readonly string[];
  /** Without them those that are in by default. */
  readonly sections?: readonly string[];
  /** Rules of what is taken out. */
  readonly redact?: readonly RedactRuleId[];
  /** What it is printed on. */
  readonly paper?: Paper;
}

/** Attached files that checks of their own are about. */
const checkedKinds = ['dmesg', 'dumpLog', 'hostFacts'] as const satisfies readonly AttachmentKind[];

/** An engine that went away this often under a job does not get it again by itself. */
const maxStops = 2;
/** Strips are asked for again at most so often. */
const stripIntervalMs = 250;

/** Background work that a freshly (re)opened dump still needs. What a person cancelled stays cancelled. */
export function neededJobs(dump: OpenDump, jobs: readonly Job[]): readonly JobKind[] {
  const own = jobs.filter((job) => job.dump === dump.key);
  const canGoOn = (kind: JobKind): boolean =>
    !own.some((job) => job.kind === kind && isRunning(job)) && own.filter((job) => job.kind === kind && job.state === 'stopped').length < maxStops;
  const wanted = (kind: JobKind): boolean => canGoOn(kind) && !own.some((job) => job.kind === kind && (job.state === 'cancelled' || job.state === 'failed'));
  const { attached = [] } = dump.triage?.info.kernel ?? {};
  // Files that could not be attached are none of the dump's attachments any more.
  const attach = attached.length === 0 && attachmentKinds.some((kind) => dump.attachments[kind] !== undefined) && canGoOn('attach');
  const quick = dump.checked === 'triage' && wanted('quick-verify');
  const complete = dump.coverage !== undefined && dump.coverage.indexed >= dump.coverage.total;
  const index = !complete && wanted('index');
  return [...(attach ? (['attach'] as const) : []), ...(quick ? (['quick-verify'] as const) : []), ...(index ? (['index'] as const) : [])];
}

/** The check that says what came of it. */
const checkOf = ({ checks }: Catalogue, { manifest, attestation }: Evidence): string | undefined => {
  const kind: EvidenceKind = manifest !== undefined ? 'manifest' : attestation !== undefined ? 'attestation' : 'kdumpImage';
  return checks.find(({ needs = [], uses = [] }) => [...needs, ...uses].includes(kind))?.id;
};

export function createDumpJobs(
  engine: EngineLink,
  dumps: OpenDumps,
  jobs: Jobs,
  shell: Shell,
  marks: Pick<MarkBook, 'of'>,
  tell: (error: unknown) => void,
  onChecked: (key: string) => void,
  onCompared: (key: string, check: string) => void,
  known: () => Catalogue,
  knownIssues: () => readonly KnownIssue[] | undefined,
): DumpJobs {
  const opened = (key: string): { readonly dump: OpenDump; readonly handle: string } | undefined => {
    const dump = dumps.find(key);
    const handle = dump === undefined ? undefined : handleOf(dump);
    return dump === undefined || handle === undefined ? undefined : { dump, handle };
  };
  const verified = (key: string, result: VerifyJson, checked: 'quick' | 'full'): string => {
    dumps.change(key, (dump) => {
      // A quick pass that ends late does not take back what a full one found.
      if (checked === 'quick' && dump.checked === 'full') return dump;
      const { checks, summary, damage = [], digestsMissing } = result;
      return { ...dump, checks, health: summary, checked, damage, digests: { ...dump.digests, ...result.digests }, digestsMissing };
    });
    onChecked(key);
    return healthWords(result.summary);
  };

  const index = (key: string): void => {
    const one = opened(key);
    if (one === undefined) return;
    const { dump, handle } = one;
    let askedAt = -Infinity;
    jobs.run({ kind: 'index', title: 'Page index', dump: key, dumpName: dump.name }, async ({ signal, onProgress }) => {
      const result = await engine.call(
        'index',
        { dump: handle, digest: false, rebuild: false },
        {
          signal,
          onProgress(progress) {
            onProgress(progress);
            const now = performance.now();
            if (now - askedAt < stripIntervalMs) return;
            askedAt = now;
            const coverage = progress.unit === 'pages' && progress.phase !== 'sample' ? { indexed: progress.done, total: progress.total } : undefined;
            dumps.change(key, (old) => ({ ...old, ...defined({ coverage }), stripVersion: old.stripVersion + 1 }));
          },
        },
      );
      const { total } = result.pages;
      dumps.change(key, (old) => ({ ...old, coverage: { indexed: total, total }, stripVersion: old.stripVersion + 1 }));
      if (result.unconfirmed !== undefined) return `${countText(total)} pages; ${result.unconfirmed}`;
      if (result.confirmed !== undefined)
        return `${countText(total)} pages; ${result.confirmed.why}; a sample of ${countText(result.confirmed.pages)} of ${countText(result.confirmed.of)} stored pages agrees`;
      if (result.bytesRead === 0 && result.resumed) return `${countText(total)} pages, indexed before`;
      if (result.discarded !== undefined) return `${countText(total)} pages, ${byteText(result.bytesRead)} read; ${result.discarded}`;
      return `${countText(total)} pages, ${byteText(result.bytesRead)} read${result.resumed ? ', the rest was indexed before' : ''}`;
    });
  };
  const params = ({ kdumpImages, ...files }: Evidence): Evidence & { readonly kdumpImages?: string[] } => ({
    ...files,
    ...(kdumpImages === undefined ? {} : { kdumpImages: [...kdumpImages] }),
  });
  const runVerify = (key: string, quick: boolean): void => {
    const one = opened(key);
    if (one === undefined) return;
    const { dump, handle } = one;
    const kind = quick ? 'quick-verify' : 'verify';
    jobs.run({ kind, title: quick ? 'Quick checks' : 'Full verification', dump: key, dumpName: dump.name }, async ({ signal, onProgress }) => {
      const result = await engine.call('verify', { dump: handle, quick, ...params(dump.evidence) }, { signal, onProgress });
      if (!quick) dumps.change(key, (old) => ({ ...old, stripVersion: old.stripVersion + 1 }));
      return verified(key, result, quick ? 'quick' : 'full');
    });
  };

  const checkAgainst = (key: string, more: Evidence): void => {
    const one = opened(key);
    if (one === undefined) return;
    const { dump, handle } = one;
    const names = evidencePaths(more).map(fileName);
    const images = [...new Set([...(dump.evidence.kdumpImages ?? []), ...(more.kdumpImages ?? [])])];
    const evidence: Evidence = names.length === 0 ? {} : { ...dump.evidence, ...more, ...(images.length === 0 ? {} : { kdumpImages: images }) };
    const title = names.length === 0 ? 'Check without other files' : `Check against ${names.join(', ')}`;
    // As deep as before: nothing that was known is lost.
    const depth = dump.checked === 'full' ? 'full' : 'quick';
    jobs.run({ kind: 'verify', title, dump: key, dumpName: dump.name }, async ({ signal, onProgress }) => {
      const result = await engine.call('verify', { dump: handle, quick: depth === 'quick', ...params(evidence) }, { signal, onProgress });
      // What cannot be used is not kept.
      dumps.change(key, (old) => ({ ...old, evidence }));
      const words = verified(key, result, depth);
      const check = checkOf(known(), more);
      if (names.length > 0 && check !== undefined) onCompared(key, check);
      return words;
    });
  };

  const attachAll = (key: string, files: AttachmentPaths): void => {
    const one = opened(key);
    if (one === undefined) return;
    const { dump, handle } = one;
    const names = attachmentKinds.flatMap((kind) => files[kind] ?? []).map(fileName);
    const title = names.length === 0 ? 'Detach files' : `Attach ${names.join(', ')}`;
    jobs.run({ kind: 'attach', title, dump: key, dumpName: dump.name }, async ({ signal }) => {
      try {
        const seen = await engine.call('attach', { dump: handle, ...files }, { signal });
        dumps.change(key, (old) => ({ ...old, attachments: Object.fromEntries(seen.attached.map(({ kind, path }) => [kind, path])) }));
        await dumps.takeHandle(key, seen.dump);
        // As deep as before, like a check against other files.
        if (checkedKinds.some((kind) => files[kind] !== undefined || dump.attachments[kind] !== undefined)) runVerify(key, dump.checked !== 'full');
        return names.length === 0
          ? 'no files are attached now'
          : seen.attached.map(({ path, ...about }) => attachedText({ ...about, file: fileName(path) })).join(', ');
      } catch (error) {
        // What cannot be attached is not kept, or every start would say so again; an engine that went away is another matter.
        if (!(error instanceof EngineFailure)) dumps.change(key, (old) => (old.attachments === files ? { ...old, attachments: {} } : old));
        if (!signal.aborted) tell(error);
        throw error;
      }
    });
  };

  return {
    index,
    attach(key, kind) {
      shell.call('chooseAttachment', { kind }).then(({ path }) => {
        const dump = dumps.find(key);
        if (path !== undefined && dump !== undefined) attachAll(key, { ...dump.attachments, [kind]: path });
      }, tell);
    },
    attachFiles(key, files) {
      const dump = dumps.find(key);
      if (dump !== undefined) attachAll(key, { ...dump.attachments, ...files });
    },
    detach(key, kind) {
      const dump = dumps.find(key);
      if (dump === undefined) return;
      attachAll(key, kind === undefined ? {} : { ...dump.attachments, [kind]: undefined });
    },
    checkAgainst,
    verify: (key) => runVerify(key, false),
    startBackground(key) {
      const dump = dumps.find(key);
      if (dump === undefined) return;
      for (const kind of neededJobs(dump, jobs.all.get())) {
        if (kind === 'attach') attachAll(key, dump.attachments);
        else if (kind === 'index') index(key);
        else runVerify(key, true);
      }
    },
    hand(key, format, { full, analyses, sections, paper = 'a4', redact = [] } = {}) {
      const one = opened(key);
      if (one === undefined) return;
      const { dump, handle } = one;
      const suggestedName = `${dump.name.slice(0, 200)}.${format.kind === 'report' ? 'report.' : ''}${format.extension}`;
      const title = `Save: ${format.title}`;
      jobs.run({ kind: 'report', title: format.title, dump: key, dumpName: dump.name }, async ({ signal, onProgress }) => {
        const how = { signal, onProgress };
        // A full pass was asked for before: its report says as much.
        const quick = !(full ?? dump.checked === 'full');
        const saved = async (text: string): Promise<{ path?: string | undefined }> => shell.call('saveText', { kind: format.kind, suggestedName, text, title });
        const save = async (): Promise<{ path?: string | undefined }> => {
          if (format.kind === 'manifest') return saved((await engine.call('manifest', { dump: handle, format: format.format }, how)).text);
          if (format.kind === 'attestation') {
            const { path: keyFile } = await shell.call('chooseKey', {});
            return keyFile === undefined ? {} : saved((await engine.call('attest', { dump: handle, key: keyFile }, how)).text);
          }
          const issues = knownIssues();
          const annotations = marks.of(key).flatMap(reportAnnotation);
          const { text } = await engine.call(
            'report',
            {
              dump: handle,
              format: format.format,
              quick,
              annotations,
              ...(sections === undefined ? {} : { sections: [...sections] }),
              ...(redact.length === 0 ? {} : { redact: { rules: [...redact] } }),
              ...(analyses === undefined || sections?.includes('analyses') === false ? {} : { analyses: analyses.map((id) => ({ id })) }),
              ...(format.printed === true ? { paper } : {}),
              ...(issues === undefined ? {} : { knownIssues: [...issues] }),
              ...params(dump.evidence),
            },
            how,
          );
          return format.printed === true ? shell.call('savePdf', { suggestedName, html: text, title }) : saved(text);
        };
        const { path } = await save();
        return path === undefined ? 'not saved: the dialog was dismissed' : `saved as ${path}`;
      });
    },
  };
}
