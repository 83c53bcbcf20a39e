/** Long jobs on a dump: those that start automatically after the first facts, and those that the user starts. */
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
  /** Runs whatever is still missing of the quick checks and the page index. */
  readonly startBackground: (key: string) => void;
  readonly index: (key: string) => void;
  readonly verify: (key: string) => void;
  /** Checks it again with these files too; they become part of every later pass and report. Without any, earlier files are dropped. */
  readonly checkAgainst: (key: string, evidence: Evidence) => void;
  /** Asks for a file that supplements the dump's kernel, and attaches it. */
  readonly attach: (key: string, kind: AttachmentKind) => void;
  /** Attaches files that are already known: one next to the dump, or dropped ones. */
  readonly attachFiles: (key: string, files: AttachmentPaths) => void;
  /** Detaches files: one, or all of them. */
  readonly detach: (key: string, kind?: AttachmentKind) => void;
  /** Manifests and attestations always read everything. */
  readonly hand: (key: string, format: ExportFormat, choice?: ReportChoice) => void;
}

/** The contents of a report. */
export interface ReportChoice {
  /** With digests and scans; otherwise as much as was checked so far. */
  readonly full?: boolean;
  /** The default ones if absent. */
  readonly analyses?: readonly string[];
  /** Those included by default if absent. */
  readonly sections?: readonly string[];
  /** Redaction rules. */
  readonly redact?: readonly RedactRuleId[];
  /** Paper size. */
  readonly paper?: Paper;
}

/** Attached files that have their own checks. */
const checkedKinds = ['dmesg', 'dumpLog', 'hostFacts'] as const satisfies readonly AttachmentKind[];

/** A job during which the engine ended this often is not restarted automatically. */
const maxStops = 2;
/** How often strips are refreshed at most. */
const stripIntervalMs = 250;

/** Background work that a freshly (re)opened dump still needs. What the user cancelled stays cancelled. */
export function neededJobs(dump: OpenDump, jobs: readonly Job[]): readonly JobKind[] {
  const own = jobs.filter((job) => job.dump === dump.key);
  const canGoOn = (kind: JobKind): boolean =>
    !own.some((job) => job.kind === kind && isRunning(job)) && own.filter((job) => job.kind === kind && job.state === 'stopped').length < maxStops;
  const wanted = (kind: JobKind): boolean => canGoOn(kind) && !own.some((job) => job.kind === kind && (job.state === 'cancelled' || job.state === 'failed'));
  const { attached = [] } = dump.triage?.info.kernel ?? {};
  // Files that could not be attached are removed from the dump's attachments.
  const attach = attached.length === 0 && attachmentKinds.some((kind) => dump.attachments[kind] !== undefined) && canGoOn('attach');
  const quick = dump.checked === 'triage' && wanted('quick-verify');
  const complete = dump.coverage !== undefined && dump.coverage.indexed >= dump.coverage.total;
  const index = !complete && wanted('index');
  return [...(attach ? (['attach'] as const) : []), ...(quick ? (['quick-verify'] as const) : []), ...(index ? (['index'] as const) : [])];
}

/** The check that reports the outcome. */
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
      // A quick pass that ends late does not replace the results of a full one.
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
    // As thorough as before: no known result is lost.
    const depth = dump.checked === 'full' ? 'full' : 'quick';
    jobs.run({ kind: 'verify', title, dump: key, dumpName: dump.name }, async ({ signal, onProgress }) => {
      const result = await engine.call('verify', { dump: handle, quick: depth === 'quick', ...params(evidence) }, { signal, onProgress });
      // Unusable files are not kept.
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
        // As thorough as before, like a check against other files.
        if (checkedKinds.some((kind) => files[kind] !== undefined || dump.attachments[kind] !== undefined)) runVerify(key, dump.checked !== 'full');
        return names.length === 0
          ? 'no files are attached now'
          : seen.attached.map(({ path, ...about }) => attachedText({ ...about, file: fileName(path) })).join(', ');
      } catch (error) {
        // Files that cannot be attached are not kept, or every start would report them again; an ended engine is a different case.
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
        // A full pass was requested before, so the report is full too.
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
