/** Child process of index-resume.test.ts: builds the index of the generated image until it is done or killed. */
import { buildIndex } from '../../src/analysis/page-index/indexer.ts';
import { openFor } from '../unit/page-index/open-for.ts';
import { killedImage } from './killed-image.mts';

const [, , path = '', log = '', digest = ''] = process.argv;
const memory = killedImage(log, 2);
const store = await openFor(path, memory);
process.send?.('start');
await buildIndex({ memory }, store, { digest: digest === 'digest' });
store.close();
process.send?.('done');
process.disconnect();
