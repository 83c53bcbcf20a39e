/** Child process of store.test.ts: opens the index named by its argument and holds it until it is killed. */
import { openIndex } from '../../../src/analysis/page-index/store.ts';

await openIndex({ path: process.argv[2] ?? '', identity: 'of the child', dumpKey: '', files: [], totalPages: 1, toolVersion: '0.0.0' });
process.send?.('open');
setInterval(() => undefined, 1000);
