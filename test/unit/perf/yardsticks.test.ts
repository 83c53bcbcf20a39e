/** What the benchmark says of rows that it could not measure. */
import { describe, expect, it } from 'vitest';
import { notMeasuredLine, without } from '../../perf/yardsticks.ts';

describe('the last line of the benchmark', () => {
  it('is not there when everything was measured', () => {
    expect(notMeasuredLine([])).toBeUndefined();
  });

  it('names each row with the reason, and what installs the yardsticks, each package once', () => {
    const line = notMeasuredLine([
      without('libkdumpfile', 'kdump lzo: against libkdumpfile'),
      without('libkdumpfile', 'kdump zstd: against libkdumpfile'),
      without('makedumpfile', 'x.elf: against makedumpfile'),
      { what: 'y.elf: against makedumpfile', why: 'makedumpfile refuses this dump' },
    ]);
    expect(line).toBe(
      'not measured: kdump lzo: against libkdumpfile (libkdumpfile is not installed); kdump zstd: against libkdumpfile (libkdumpfile is not installed); ' +
        'x.elf: against makedumpfile (makedumpfile is not installed); y.elf: against makedumpfile (makedumpfile refuses this dump). ' +
        'On Debian, as root: apt-get install --no-install-recommends python3 python3-libkdumpfile makedumpfile',
    );
  });

  it('does not suggest installing where that would not help', () => {
    expect(notMeasuredLine([{ what: 'row', why: 'no dump' }])).toBe('not measured: row (no dump).');
  });
});
