import { oracleText, wholeDumps } from '../dumps.ts';
import { libkdumpfile } from './libkdumpfile.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

/** A refusal is a Python traceback and states nothing. */
const answer = (text: string | undefined): string | undefined => (text?.includes('arch.name = ') === true ? text : undefined);

oracleSuite(
  libkdumpfile,
  // It refuses QEMU's own files; what is known of those comes from a copy with a mended header.
  casesOf(
    wholeDumps,
    ['libkdumpfile.txt'],
    (name, suffix) => answer(oracleText(name, suffix)) ?? answer(oracleText(name.replace(/\.elf$/, '.fixed.elf'), suffix)),
  ),
);
