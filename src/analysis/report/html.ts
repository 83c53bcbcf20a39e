/** Self-contained page without script: light and dark on a screen, and pages that are to be printed. Every text from the dump is escaped. */
import { plainText } from './blocks.ts';
import { blockHtml } from './html-blocks.ts';
import { reportStyle } from './html-style.ts';
import { escapeHtml } from './html-text.ts';
import { documentTitle } from './report-text.ts';
import type { DocumentChoice, ReportFormat, ReportModel } from './report-model.ts';
import type { ReportTemplate } from '../../shared/report-template.ts';
import { documentSections } from './sections/index.ts';

/** Of a running head. */
const mostCharacters = 70;
const cut = (text: string): string => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, '')}…`);

const paragraphs = (list: readonly string[] = []): string => list.map((text) => `<p>${escapeHtml(text)}</p>`).join('');

function letterhead({ name, logo }: ReportTemplate): string {
  if (name === undefined && logo === undefined) return '';
  const picture = logo === undefined ? '' : `<img src="${logo}" alt="${escapeHtml(name ?? 'logo')}">`;
  return `<div class="letterhead"><p>${escapeHtml(name ?? '')}</p>${picture}</div>`;
}

function render(report: ReportModel, choice: DocumentChoice = {}): string {
  const sections = documentSections(report, choice);
  const { template = {} } = choice;
  // A logo is in the page itself.
  const images = template.logo === undefined ? '' : '; img-src data:';
  const title = plainText(documentTitle(report));
  const tool = `${report.tool.name} ${report.tool.version}`;
  const body = sections.map(
    ({ id, title: name, blocks }, at) =>
      `<section id="${id}">${at === 0 && blocks.some(({ kind }) => kind === 'contents') ? '' : `<h2>${escapeHtml(name)}</h2>`}${blocks.map((block) => blockHtml(block, sections)).join('\n')}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="${escapeHtml(tool)}"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${images}">
<title>${escapeHtml(title)}</title><style>${reportStyle(cut(title), `identity ${report.identity.slice(0, 16)}`, choice)}</style></head><body>
${letterhead(template)}<h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeHtml(tool)}${template.contact === undefined ? '' : ` · ${escapeHtml(template.contact)}`}</p>
${paragraphs(template.opening)}${body.join('\n')}
${paragraphs(template.closing)}</body></html>
`;
}

export const htmlReport: ReportFormat = {
  id: 'html',
  title: 'HTML report',
  about: 'a page for people, light and dark, prints well',
  mediaType: 'text/html',
  extension: 'html',
  render,
};
