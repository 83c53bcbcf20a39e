import fc from 'fast-check';
import { runs, seed } from './run-size.ts';

fc.configureGlobal({ seed, numRuns: runs(100, 1000) });
