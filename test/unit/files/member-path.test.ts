import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memberPath } from '../../../src/files/member-path.ts';
import { scratchFolder } from '../../scratch-folder.ts';

describe('FILE!MEMBER', () => {
  const folder = scratchFolder();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('disk.img'), 'x');
  writeFileSync(at('odd!2'), 'x');
  mkdirSync(at('dumps!old'));
  writeFileSync(at('dumps!old/a.tar'), 'x');

  it.each([
    ['disk.img', { file: 'disk.img' }],
    ['disk.img!2', { file: 'disk.img', member: '2' }],
    ['disk.img!a/b!c.elf', { file: 'disk.img', member: 'a/b!c.elf' }],
    ['odd!2', { file: 'odd!2' }],
    ['odd!2!1', { file: 'odd!2', member: '1' }],
    ['dumps!old/a.tar!x', { file: 'dumps!old/a.tar', member: 'x' }],
    // Nothing after the mark, or nothing there: the name is a file's, and whoever opens it says what is wrong.
    ['disk.img!', { file: 'disk.img!' }],
    ['gone.img!2', { file: 'gone.img!2' }],
    ['dumps!old', { file: 'dumps!old' }],
  ])('%s', (path, { file, member }: { file: string; member?: string }) => {
    expect(memberPath(at(path))).toEqual({ file: at(file), ...(member === undefined ? {} : { member }) });
  });
});
