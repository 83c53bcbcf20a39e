/** A report says which files it is about, not where they lay: reasons of ours may name a file by its path. */
import { baseName } from '../../shared/base-name.ts';
import type { ReportModel } from './report-model.ts';

function replaced(value: unknown, paths: readonly string[]): unknown {
  if (typeof value === 'string') return paths.reduce((text, path) => text.replaceAll(path, baseName(path)), value);
  if (Array.isArray(value)) return value.map((one) => replaced(one, paths));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member, paths)]));
}

/** @param paths of files that were opened for it; those with a folder in them alone are replaced */
export function withoutPaths(report: ReportModel, paths: readonly string[]): ReportModel {
  const found = paths.filter((path) => baseName(path) !== path).sort((one, other) => other.length - one.length);
  return found.length === 0 ? report : (replaced(report, found) as ReportModel);
}
