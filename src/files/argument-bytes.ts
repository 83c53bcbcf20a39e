/**
 * The arguments of a command line as they were given. Node reads them as UTF-8 and puts U+FFFD where that fails, so that a file
 * whose name is other bytes could not be named; /proc has the bytes, and processes that we start inherit them.
 */
import { readFileSync } from 'node:fs';
import { pathBytes, pathText } from './path-bytes.ts';

/** Words in base64 with spaces between them: those whose bytes are no UTF-8. scripts/node-runtime.mjs sets it too. */
const inherited = 'DUMPBENCH_ARGUMENT_BYTES';

function wordsOfProcess(): Buffer[] {
  let line: Buffer;
  try {
    line = readFileSync('/proc/self/cmdline');
  } catch {
    // Not Linux, or no /proc: the names stay as Node has them.
    return [];
  }
  const words: Buffer[] = [];
  for (let at = 0; at < line.length;) {
    const end = line.indexOf(0, at);
    words.push(line.subarray(at, end === -1 ? line.length : end));
    at = end === -1 ? line.length : end + 1;
  }
  return words;
}

/**
 * Arguments of this process, names in them as path-bytes.ts has them.
 * @param words as Node gives them
 */
export function givenArguments(words: readonly string[]): readonly string[] {
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  const handed = (process.env[inherited] ?? '').split(' ').map((word) => Buffer.from(word, 'base64'));
  const known = [...handed, ...wordsOfProcess()].filter((bytes) => !pathText(bytes).isWellFormed());
  const given = words.map((word) => {
    // Two names may look the same to Node: they are matched in order.
    const index = known.findIndex((bytes) => bytes.toString('utf8') === word);
    return index === -1 ? word : pathText(known.splice(index, 1)[0] ?? Buffer.from(word));
  });
  const bytes = given.filter((word) => !word.isWellFormed()).map((word) => Buffer.from(pathBytes(word)).toString('base64'));
  if (bytes.length > 0) process.env[inherited] = bytes.join(' ');
  return given;
}
