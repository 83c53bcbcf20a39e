import { describe, expect, it } from 'vitest';
import { dumpLabels, labelText } from '../../../src/renderer/words/dump-label.ts';

const named = (...paths: readonly string[]): readonly string[] =>
  [...dumpLabels(paths.map((path, index) => ({ key: `dump${index}`, path, name: path.split(/[\\/]/).at(-1) ?? path }))).values()].map(labelText);

describe('names of open dumps', () => {
  it('are those of their files', () => {
    expect(named('/crash/one/vmcore', '/crash/one/vmcore.old')).toEqual(['vmcore', 'vmcore.old']);
  });

  it('are distinguished by as few folders as necessary', () => {
    expect(named('/crash/one/vmcore', '/crash/two/vmcore')).toEqual(['vmcore (one)', 'vmcore (two)']);
    expect(named('/a/x/vmcore', '/b/x/vmcore', '/c/y/vmcore')).toEqual(['vmcore (a/x)', 'vmcore (b/x)', 'vmcore (y)']);
    expect(named('C:\\a\\vmcore', 'C:\\b\\vmcore')).toEqual(['vmcore (a)', 'vmcore (b)']);
    expect(named('/vmcore', '/a/vmcore')).toEqual(['vmcore (/)', 'vmcore (a)']);
    expect(named('/a/vmcore', '/b/a/vmcore')).toEqual(['vmcore (/a)', 'vmcore (b/a)']);
  });

  it('are numbered if one file is open in several ways', () => {
    expect(named('/a/vmcore', '/a/vmcore', '/b/vmcore')).toEqual(['vmcore (1) (a)', 'vmcore (2) (a)', 'vmcore (b)']);
  });
});
