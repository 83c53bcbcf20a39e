/** What lies in the place of the end marker is quoted where it is text, whatever the text looks like. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { foundMarker } from '../../../src/analysis/formats/standalone-dump.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const dump = s390Standalone(s390xSystem({ cpuCount: 1 }));
const markerOf = (bytes: Uint8Array) => {
  const marker = openDump(memorySource('dump', bytes)).endMarker;
  if (marker === undefined) throw new Error('no end marker');
  return marker;
};
const markerWith = (bytes: Uint8Array) => {
  const changed = Uint8Array.from(dump);
  changed.set(bytes, markerOf(dump).fileOffset);
  return markerOf(changed);
};

describe('the place of the end marker', () => {
  it.each([
    ['the marker', Buffer.from('DUMP_END'), true, '"DUMP_END"'],
    ['another text', Buffer.from('DUMX_END'), false, '"DUMX_END"'],
    ['a text that looks like digits', Buffer.from('0x123456'), false, '"0x123456"'],
    ['bytes that are no text', Buffer.from('0102030405060708', 'hex'), false, '0x0102030405060708'],
  ])('holds %s', (_, bytes, present, shown) => {
    const marker = markerWith(bytes);
    expect(marker.present).toBe(present);
    expect(foundMarker(marker)).toBe(shown);
  });
});
