import { describe, expect, it } from 'vitest';
import { u16, u32, u64 } from '../../../src/analysis/layout/field.ts';
import { hex, magic } from '../../../src/analysis/layout/presentation.ts';
import { renderText } from '../../../src/analysis/layout/render.ts';
import { list, struct, view } from '../../../src/analysis/layout/struct.ts';

const layout = struct(
  'example',
  { endian: 'big', size: 24 },
  {
    word: u64(0, 'a magic word', magic('OSINFOSZ')),
    code: u32(8, 'a code', hex),
    pair: list(12, 2, u16(0), 'two numbers'),
    far: u64(16, 'after a hole'),
  },
);

describe('text of a decoded structure', () => {
  it('has a line a field: offset, name, value, meaning; missing bytes say so', () => {
    const bytes = Buffer.alloc(24);
    bytes.write('OSINFOSZ', 0, 'latin1');
    bytes.writeUInt32BE(0xbeef, 8);
    bytes.writeUInt16BE(7, 12);
    bytes.writeUInt16BE(9, 14);
    const text = renderText(view(layout, { bytes, absent: [{ start: 20, end: 21 }] }));
    expect(text.split('\n')).toEqual([
      '0x000  word     0x4f53494e464f535a  "OSINFOSZ"',
      '0x008  code     0xbeef',
      '0x00c  pair[0]  7',
      '0x00e  pair[1]  9',
      '0x010  far      (not in the dump)',
    ]);
  });
});
