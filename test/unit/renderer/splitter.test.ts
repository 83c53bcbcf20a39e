import { describe, expect, it } from 'vitest';
import { fitShare, keyShare } from '../../../src/renderer/widgets/splitter/split-share.ts';

describe('the divider between two panes', () => {
  it('leaves both their minimum', () => {
    const room = { room: 1000, first: 200, second: 300 };
    expect([0, 0.1, 0.5, 0.9].map((share) => fitShare(share, room))).toEqual([0.2, 0.2, 0.5, 0.7]);
  });

  it('divides the space proportionally if there is too little', () => {
    expect([0, 1].map((share) => fitShare(share, { room: 250, first: 200, second: 300 }))).toEqual([0.4, 0.4]);
    expect(fitShare(0.3, { room: -7, first: 200, second: 300 })).toBe(0.3);
  });

  it('is moved by the arrow keys of its direction', () => {
    expect(keyShare('ArrowLeft', 0.5, 'row', false)).toBeCloseTo(0.48);
    expect(keyShare('ArrowDown', 0.5, 'column', true)).toBeCloseTo(0.6);
    expect(keyShare('ArrowDown', 0.5, 'row', false)).toBeUndefined();
    expect([keyShare('Home', 0.5, 'row', false), keyShare('End', 0.5, 'row', false)]).toEqual([0, 1]);
  });
});
