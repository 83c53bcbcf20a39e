/** Child process of index-ranges.test.ts: indexes one range of a dump until it is done or killed. */
import { indexRange } from '../../src/analysis/engine/pages/index-range.ts';
import { openSession } from '../../src/analysis/engine/session/session.ts';

const [, , path = '', number = '', rangeSize = '', output = ''] = process.argv;
const session = openSession(path);
process.send?.('start');
const request = { number: Number(number), rangeSize: Number(rangeSize), output, digest: true, workers: 0 };
const made = await indexRange(session, request, new AbortController().signal, () => undefined);
session.close();
process.send?.({ sha256: made.sha256, resumed: made.resumed, existed: made.existed });
process.disconnect();
