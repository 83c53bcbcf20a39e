/** `--template DIR`: reads the folder of a report template. Errors name the file and the place. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { readGivenFile, readGivenText } from '../files/given-file.ts';
import { templateFileSchema, type ReportTemplate } from '../shared/report-template.ts';
import { UsageError } from './io.ts';

const fileName = 'template.json';
const mostJson = 64 << 10;
const mostLogo = 256 << 10;
const mostPixels = 4096;

const pngHead = '89504e470d0a1a0a';
/** None of these draws: they run, load, or hide something. */
const refusedInSvg: readonly (readonly [found: RegExp, what: string])[] = [
  [/<script/i, 'a script'],
  [/<foreignObject/i, 'foreign markup'],
  [/<!(?:DOCTYPE|ENTITY)/i, 'a document type'],
  [/\son[a-z]+\s*=/i, 'an event handler'],
  [/(?:href|src)\s*=\s*["']?\s*(?!["']?#)[^"'\s>]/i, 'a reference to another file'],
  // Characters written as numbers would hide words from all of these.
  [/&#|\\[0-9a-f]/i, 'characters written as numbers'],
  [/@import|url\(\s*["']?(?!#)/i, 'a style that loads a file'],
  [/javascript:/i, 'a script'],
];

function logoUri(path: string): string {
  const bytes = readGivenFile(path, { what: 'a logo', most: mostLogo });
  if (path.endsWith('.png')) {
    if (bytes.length < 24 || bytes.subarray(0, 8).toString('hex') !== pngHead) throw new UsageError(`--template: ${path} is not a PNG file`);
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    if (width > mostPixels || height > mostPixels) throw new UsageError(`--template: ${path} has ${width} by ${height} pixels: at most ${mostPixels} each way`);
    return `data:image/png;base64,${bytes.toString('base64')}`;
  }
  const text = bytes.toString('utf8');
  if (!/<svg[\s/>]/.test(text)) throw new UsageError(`--template: ${path} is not an SVG file`);
  const refused = refusedInSvg.find(([found]) => found.test(text));
  if (refused !== undefined) throw new UsageError(`--template: ${path} contains ${refused[1]}, which is not allowed in a logo`);
  return `data:image/svg+xml;base64,${bytes.toString('base64')}`;
}

/** @throws UsageError naming file and place; DumpError io when a file cannot be read */
export function readTemplate(folder: string): ReportTemplate {
  const path = join(folder, fileName);
  if (!existsSync(path)) throw new UsageError(`--template: ${folder} has no ${fileName}`);
  let document: unknown;
  try {
    document = JSON.parse(readGivenText(path, { what: 'a report template', most: mostJson }));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`--template: ${path} is not JSON: ${error.message}`);
    throw error;
  }
  const parsed = v.safeParse(templateFileSchema, document);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const place = v.getDotPath(issue);
    throw new UsageError(`--template: ${path}${place === null ? '' : `, at ${place}`}: ${issue.message}`);
  }
  const { schema: _, logo, ...words } = parsed.output;
  return { ...words, ...(logo === undefined ? {} : { logo: logoUri(join(folder, logo)) }) };
}
