import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allEvidence, noteEvidence, noteEvidencePath } from '../../../src/files/evidence-files.ts';
import { openOutput, writeNewOutputs, writeOutput } from '../../../src/files/output-file.ts';
import { checkOutput } from '../../../src/files/output-place.ts';
import { makeOutputFolder } from '../../../src/files/output-folder.ts';
import { holdsAlready } from '../../../src/files/same-file.ts';
import { defined } from '../../../src/shared/defined.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder();
let count = 0;
function folder(): string {
  const path = join(root, String(count++));
  mkdirSync(path);
  return path;
}
const report = { kind: 'report' } as const;
/** How a report begins. */
const ours = 'record,id,result,title,detail,recorded,computed,where\r\ntool,dumpbench,,,0.1.0,,,\r\n';

describe('an output', () => {
  it('appears under its name in one piece', () => {
    const inside = folder();
    const path = join(inside, 'report.html');
    const output = openOutput(path, report);
    output.write(Buffer.from('half'));
    expect(existsSync(path)).toBe(false);
    output.write(Buffer.from(' and whole'));
    output.finish();
    expect(readdirSync(inside)).toEqual(['report.html']);
    expect(readFileSync(path, 'utf8')).toBe('half and whole');
    expect(() => output.write(Buffer.from('more'))).toThrow('finished');
  });

  it('leaves nothing when it is given up, and a process that ends in the middle leaves nothing either', () => {
    const inside = folder();
    const output = openOutput(join(inside, 'a'), report);
    output.write(Buffer.from('x'));
    output.abandon();
    expect(readdirSync(inside)).toEqual([]);
    const module = JSON.stringify(new URL('../../../src/files/output-file.ts', import.meta.url).href);
    const script = `import(${module}).then(({ openOutput }) => { openOutput(${JSON.stringify(join(inside, 'b'))}, { kind: 'report' }).write(Buffer.from('x')); process.exit(0); })`;
    execFileSync(process.execPath, ['-e', script]);
    expect(readdirSync(inside)).toEqual([]);
  });

  it('keeps existing files unless replacing was requested, and then replaces only files of the same kind', () => {
    const path = join(folder(), 'out');
    writeFileSync(path, ours);
    expect(() => writeOutput(path, 'new', report)).toThrow(/the file exists already/);
    writeOutput(path, 'new', { ...report, replace: true });
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('keeps the mode of what it replaces', () => {
    const path = join(folder(), 'out');
    writeFileSync(path, ours, { mode: 0o600 });
    writeOutput(path, 'new', { ...report, replace: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('follows no link and does not treat anything else as a file', () => {
    const inside = folder();
    const file = join(inside, 'file');
    writeFileSync(file, 'plain text');
    symlinkSync(file, join(inside, 'link'));
    symlinkSync(join(inside, 'nowhere'), join(inside, 'dangling'));
    mkdirSync(join(inside, 'folder'));
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    for (const name of ['link', 'dangling', 'folder', 'pipe']) {
      expect(() => writeOutput(join(inside, name), 'x', { ...report, replace: true }), name).toThrow(/it is a/);
      expect(() => checkOutput(join(inside, name), { ...report, replace: true }), name).toThrow(/it is a/);
    }
    expect(() => writeOutput('/dev/null', 'x', { ...report, replace: true })).toThrow(/device/);
    expect(readdirSync(inside).sort()).toEqual(['dangling', 'file', 'folder', 'link', 'pipe']);
    expect(readFileSync(file, 'utf8')).toBe('plain text');
  });

  it('never replaces what was opened as evidence, whatever its name is and whatever it looks like', () => {
    const inside = folder();
    const file = join(inside, 'words.txt');
    writeFileSync(file, 'a text like any other');
    linkSync(file, join(inside, 'other-name'));
    noteEvidencePath(file);
    noteEvidencePath(join(inside, 'nowhere'));
    for (const name of ['words.txt', 'other-name']) expect(() => writeOutput(join(inside, name), 'x', { ...report, replace: true }), name).toThrow(/evidence/);
    expect(readFileSync(file, 'utf8')).toBe('a text like any other');
    expect(allEvidence().some(({ path }) => path === file)).toBe(true);
  });

  it('is not refused because of a file that is gone, whose number it was given', () => {
    const inside = folder();
    const names = ['later', 'same', 'unknown', 'silent'] as const;
    for (const name of names) writeFileSync(join(inside, name), ours);
    const note = (name: (typeof names)[number], bornNs: (born: bigint) => bigint | undefined): void => {
      const { dev: device, ino: inode, birthtimeNs } = statSync(join(inside, name), { bigint: true });
      noteEvidence({ path: join(inside, 'gone'), device, inode, ...defined({ bornNs: bornNs(birthtimeNs) }) });
    };
    note('later', (born) => born - 1n);
    note('same', (born) => born);
    note('unknown', () => undefined);
    note('silent', () => 0n);
    writeOutput(join(inside, 'later'), 'x', { ...report, replace: true });
    expect(readFileSync(join(inside, 'later'), 'utf8')).toBe('x');
    for (const name of names.slice(1)) expect(() => writeOutput(join(inside, name), 'x', { ...report, replace: true }), name).toThrow(/evidence/);
  });

  it('is refused before the work begins where it could not be written', () => {
    const inside = folder();
    expect(() => checkOutput(join(inside, 'missing', 'out'), report)).toThrow(/no such file or folder/);
    writeFileSync(join(inside, 'file'), '');
    expect(() => checkOutput(join(inside, 'file', 'out'), report)).toThrow(/not a folder/);
    expect(() => writeOutput(join(inside, 'x'.repeat(300)), 'x', report)).toThrow(/too long/);
    // Just valid: the name of the unfinished file must not be longer.
    writeOutput(join(inside, '\u{1f4a5}'.repeat(63)), 'x', report);
  });

  it('notices a file that was put there while it was written', () => {
    const inside = folder();
    const path = join(inside, 'out');
    const output = openOutput(path, report);
    output.write(Buffer.from('x'));
    writeFileSync(path, 'theirs');
    expect(() => output.finish()).toThrow(/exists already/);
    expect(readdirSync(inside)).toEqual(['out']);
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});

describe('several outputs', () => {
  it('are written all or not at all', () => {
    const inside = folder();
    const paths = ['one', 'two'].map((name) => join(inside, name));
    writeFileSync(paths[1]!, 'theirs');
    expect(() =>
      writeNewOutputs(
        paths.map((path) => ({ path, content: 'x' })),
        { kind: 'sample' },
      ),
    ).toThrow(/exists already/);
    expect(readdirSync(inside)).toEqual(['two']);
    expect(holdsAlready(paths[1]!, Buffer.from('theirs'))).toBe(true);
    expect(holdsAlready(paths[1]!, Buffer.from('others'))).toBe(false);
    symlinkSync(paths[1]!, paths[0]!);
    expect(holdsAlready(paths[0]!, Buffer.from('theirs'))).toBe(false);
  });

  it('get a folder that is made for them, which goes again when nothing is in it', () => {
    const inside = folder();
    const undo = makeOutputFolder(join(inside, 'a', 'b'));
    expect(statSync(join(inside, 'a', 'b')).isDirectory()).toBe(true);
    undo();
    expect(readdirSync(inside)).toEqual([]);
    makeOutputFolder(inside)();
    expect(existsSync(inside)).toBe(true);
    writeFileSync(join(inside, 'file'), '');
    expect(() => makeOutputFolder(join(inside, 'file', 'b'))).toThrow(/not a folder/);
    // Node's own way spins there for ever.
    expect(() => makeOutputFolder('/proc/dumpbench/samples')).toThrow();
  });

  it('are refused in a folder that cannot be written to', () => {
    if (process.getuid?.() === 0) return;
    const inside = folder();
    chmodSync(inside, 0o555);
    expect(() => writeOutput(join(inside, 'x'), 'x', report)).toThrow(/no permission/);
  });
});
