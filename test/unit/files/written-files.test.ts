/** Which files may be opened or shown on the page's word: those that were written, as long as they are those. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDocument, writtenFiles } from '../../../src/files/written-files.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);

describe('written files', () => {
  it('are known by what they are, not by their names', () => {
    const files = writtenFiles();
    const report = at('report.html');
    writeFileSync(report, 'mine');
    expect(() => files.check(report)).toThrow('was not written by this window');
    files.note(report);
    expect(() => files.check(report)).not.toThrow();

    renameSync(report, at('kept.html'));
    expect(() => files.check(report)).toThrow('is no longer there');
    writeFileSync(report, 'of somebody else');
    expect(() => files.check(report)).toThrow('was replaced by another file');
    rmSync(report);
    symlinkSync(at('kept.html'), report);
    expect(() => files.check(report)).toThrow('is no longer there');
  });

  it('may be written by the engine, and are files then', () => {
    const files = writtenFiles();
    const output = at('out.elf');
    files.expect(output);
    expect(() => files.check(output)).toThrow('is no longer there');
    mkdirSync(output);
    expect(() => files.check(output)).toThrow('is no longer there');
    rmSync(output, { recursive: true });
    writeFileSync(output, 'memory');
    expect(() => files.check(output)).not.toThrow();
  });

  it('go to other programs only as documents', () => {
    for (const name of ['report.html', 'REPORT.PDF', 'rows.csv', 'report.junit.xml']) expect(isDocument(name), name).toBe(true);
    for (const name of ['report.desktop', 'report.sh', 'report.html.exe', 'report', 'out.elf', 'session.dumpbench']) expect(isDocument(name), name).toBe(false);
  });
});
