/** Places in Dumpbench's own sentences: only numbers whose space is named. */
import { describe, expect, it } from 'vitest';
import { placesInText } from '../../../src/renderer/words/places-in-text.ts';

const places = (text: string): readonly string[] =>
  placesInText(text).flatMap(({ position }) => (position === undefined ? [] : [`${position.space} ${position.address.toString(16)}`]));

describe('numbers in a sentence', () => {
  it('are places if their space is named', () => {
    expect(places('checksum 0xf8adf73 over 4084 bytes at absolute 0x12c1000')).toEqual(['absolute 12c1000']);
    expect(places('108 entries from the note at file offset 0x1ef0')).toEqual(['file 1ef0']);
    expect(places('its lowcore at 0xfd68000 has the number 0; lowcore_ptr[0] is its prefix 0xfd68000')).toEqual(['absolute fd68000', 'absolute fd68000']);
    expect(places('the chain ends at 0x37fff0d7e98, the first frame of a kernel thread')).toEqual(['virtual 37fff0d7e98']);
    expect(places('0x9900000 + 0x6400000 is aligned to whole MiB')).toEqual([]);
  });

  it('leave the text unchanged', () => {
    for (const text of ['', 'absolute 0x10', 'at absolute 0x10010008, its parameters', 'absolutely 0x10', 'absolute 0x11112222333344445'])
      expect(
        placesInText(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    expect(places('absolutely 0x10')).toEqual([]);
    expect(places('absolute 0x11112222333344445')).toEqual([]);
  });
});
