/** Worker thread of search/regex-matcher.ts: says when it is ready, then looks at one window after the other until it is ended. */
import { parentPort } from 'node:worker_threads';
import * as v from 'valibot';
import { regexStepSchema, scanWithRegex } from '../search/regex-scan.ts';

parentPort?.on('message', (message: unknown) => {
  try {
    parentPort?.postMessage({ outcome: 'found', matches: scanWithRegex(v.parse(regexStepSchema, message)) });
  } catch (error) {
    parentPort?.postMessage({ outcome: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
parentPort?.postMessage({ outcome: 'ready' });
