/**
 * SARIF 2.1.0 (OASIS Standard, 27 March 2020): a rule for every check, a result for every check, and one for every finding with its
 * place in the file or in memory. Hierarchical ids (`check/detail`) name the rule of their check, as section 3.5.4 has it.
 */
import { defined } from '../../shared/defined.ts';
import { visibleJson } from '../../shared/visible-text.ts';
import type { Annotation } from '../../shared/annotation-model.ts';
import type { CheckResult, Verdict } from '../../shared/check-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { ReportFormat, ReportModel } from './report-model.ts';
import { annotationPlace, placeText, reportFacts, reportFindings, reportText, reportTrust } from './report-text.ts';

type Place = NonNullable<Finding['where']>;

/** Section 3.27.9: what was not evaluated to an end is `open`. */
const kinds: Readonly<Record<Verdict, string>> = {
  passed: 'pass',
  failed: 'fail',
  'not-recorded': 'open',
  'not-applicable': 'notApplicable',
  unreadable: 'open',
  'not-run': 'open',
};
const levels: Readonly<Record<Finding['severity'], string>> = { info: 'note', warning: 'warning', error: 'error' };

/** A brace would be a placeholder: doubled it is itself. `](` would be a link, which no escape takes away in every viewer. */
const message = (text: string): { readonly text: string } => ({
  text: reportText(text).replaceAll('](', '] (').replaceAll('{', '{{').replaceAll('}', '}}'),
});

function location(place: Place, artifact: string): unknown {
  const artifactLocation = { uri: artifact, index: 0 };
  if (!('space' in place))
    return { physicalLocation: { artifactLocation, region: { byteOffset: place.fileOffset, byteLength: place.bytes } }, message: message(placeText(place)) };
  const start = BigInt(place.start);
  const length = BigInt(place.end) - start;
  // JSON numbers are exact up to 2^53; beyond that the name alone says where.
  const exact = (value: bigint): number | undefined => (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined);
  const absoluteAddress = exact(start);
  const bytes = exact(length);
  return {
    physicalLocation: {
      artifactLocation,
      address: {
        ...(absoluteAddress === undefined || place.space !== 'absolute' ? {} : { absoluteAddress }),
        ...defined({ length: bytes }),
        kind: 'memory',
        fullyQualifiedName: placeText(place),
      },
    },
    message: message(placeText(place)),
  };
}

function render(report: ReportModel): string {
  const uri = encodeURIComponent(report.fileName.toWellFormed());
  const ruleIndex = new Map(report.checks.map((check, index) => [check.id, index]));
  const rule = (id: string): unknown => {
    const index = ruleIndex.get(id.split('/')[0] ?? id);
    return { ruleId: id, ...defined({ ruleIndex: index }) };
  };
  const locations = (places: readonly Place[]): unknown => (places.length === 0 ? {} : { locations: places.map((place) => location(place, uri)) });
  const values = ({ recorded, computed }: { readonly recorded?: string | undefined; readonly computed?: string | undefined }): Record<string, unknown> => ({
    ...defined({ recorded, computed }),
  });
  const ofCheck = (check: CheckResult): unknown => ({
    ...(rule(check.id) as object),
    kind: kinds[check.verdict],
    level: check.verdict === 'failed' ? 'error' : 'none',
    message: message(check.detail),
    ...(locations(check.ranges ?? []) as object),
    properties: { verdict: check.verdict, ...values(check), ...defined({ steps: check.steps }) },
  });
  const ofFinding = (finding: Finding): unknown => ({
    ...(rule(finding.id) as object),
    kind: finding.severity === 'info' ? 'informational' : 'fail',
    // A level other than none belongs to `fail` alone (section 3.27.10).
    level: finding.severity === 'info' ? 'none' : levels[finding.severity],
    message: message(`${finding.title}: ${finding.detail}`),
    ...(locations(finding.where === undefined ? [] : [finding.where]) as object),
    properties: { finding: true, ...values(finding) },
  });
  // A person's words are not a finding: a note of a rule of their own.
  const ofAnnotation = (one: Annotation): unknown => ({
    ruleId: 'annotation',
    kind: 'informational',
    level: 'none',
    message: message(one.text),
    ...(locations([one]) as object),
    properties: { annotation: true, place: annotationPlace(one) },
  });
  // What differs from the other dump is not a fault of this one.
  const compared = (report.comparison?.parts ?? []).flatMap(({ title, lines }) =>
    lines.map((line) => ({
      ruleId: 'comparison',
      kind: 'informational',
      level: 'none',
      message: message(`${title}: ${line}`),
      properties: { comparison: true, part: title, with: report.comparison?.with.fileName },
    })),
  );
  const { file } = report.digests;
  return `${visibleJson({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            version: report.tool.version,
            rules: report.checks.map((check) => ({ id: check.id, shortDescription: message(`${check.title}.`), defaultConfiguration: { level: 'error' } })),
          },
        },
        artifacts: [
          {
            location: { uri },
            length: report.info.file.bytes,
            roles: ['analysisTarget'],
            ...(file === undefined ? {} : { hashes: { 'sha-256': file } }),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: [...report.checks.map(ofCheck), ...reportFindings(report).map(ofFinding), ...(report.annotations ?? []).map(ofAnnotation), ...compared],
        properties: {
          identity: report.identity,
          verdict: { ...report.verdict, evidence: report.verdict.evidence.map(({ text }) => text) },
          facts: Object.fromEntries(reportFacts(report)),
          trust: reportTrust(report),
          damage: report.damage,
          ...defined({ analyses: report.analyses, comparison: report.comparison }),
        },
      },
    ],
  })}\n`;
}

export const sarifReport: ReportFormat = {
  id: 'sarif',
  title: 'SARIF report',
  about: '2.1.0, for code-scanning viewers',
  mediaType: 'application/sarif+json',
  extension: 'sarif',
  render,
};
