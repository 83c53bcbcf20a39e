/** A spreadsheet that is not ours opens what we write as CSV: every cell is text, none of it is calculated. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/system-packages.mjs';
import { csvCell } from '../../src/analysis/report/csv.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { hostileTexts } from './report-corpus.ts';

const folder = scratchFolder();
// Not among what tests install: it takes more room than all the rest.
const soffice = findProgram('soffice');

describe('LibreOffice', () => {
  it('calculates nothing in a table of hostile texts, and keeps its rows', ({ skip }) => {
    if (soffice === undefined) {
      skip('no soffice (libreoffice-calc-nogui), which is installed by hand');
      return;
    }
    const table = join(folder, 'hostile.csv');
    writeFileSync(table, `place,text\r\n${hostileTexts.map((text, at) => `${at},${csvCell(text)}\r\n`).join('')}`);
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    execFileSync(soffice, [profile, '--headless', '--convert-to', 'fods', '--outdir', folder, table], { stdio: 'ignore' });
    const opened = readFileSync(join(folder, 'hostile.fods'), 'utf8');
    expect(opened).not.toContain('table:formula');
    const sheet = opened.slice(opened.indexOf('<table:table '));
    for (let at = 0; at < hostileTexts.length; at += 1) expect(sheet).toContain(`<text:p>${at}</text:p>`);
  });
});
