/** Bits of the subchannel-status word, by their numbers in the architecture. */
import { describe, expect, it } from 'vitest';
import { subchannelStatusOf } from '../../../src/analysis/kernel/channel-io/subchannel-status.ts';

describe('the subchannel-status word', () => {
  const word = (control: number, status: number): ReturnType<typeof subchannelStatusOf> => {
    const bytes = new Uint8Array(12);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, control);
    view.setUint32(8, status);
    return subchannelStatusOf(bytes);
  };
  it('says nothing where no bit is set', () => {
    expect(Object.values(word(0, 0)).filter((value) => value !== undefined)).toEqual([]);
  });
  it.each([
    [17, 'functions', 'start'],
    [18, 'functions', 'halt'],
    [19, 'functions', 'clear'],
    [20, 'activity', 'resume pending'],
    [21, 'activity', 'start pending'],
    [22, 'activity', 'halt pending'],
    [23, 'activity', 'clear pending'],
    [24, 'activity', 'subchannel active'],
    [25, 'activity', 'device active'],
    [26, 'activity', 'suspended'],
    [27, 'status', 'alert'],
    [28, 'status', 'intermediate'],
    [29, 'status', 'primary'],
    [30, 'status', 'secondary'],
    [31, 'status', 'status pending'],
  ] as const)('bit %i is %s: %s', (bit, field, name) => {
    expect(word((0x8000_0000 >>> bit) >>> 0, 0)).toMatchObject({ [field]: name });
  });
  it.each([
    [0, 'deviceStatus', 'attention'],
    [1, 'deviceStatus', 'status modifier'],
    [2, 'deviceStatus', 'control-unit end'],
    [3, 'deviceStatus', 'busy'],
    [4, 'deviceStatus', 'channel end'],
    [5, 'deviceStatus', 'device end'],
    [6, 'deviceStatus', 'unit check'],
    [7, 'deviceStatus', 'unit exception'],
    [8, 'subchannelStatus', 'program-controlled interruption'],
    [9, 'subchannelStatus', 'incorrect length'],
    [10, 'subchannelStatus', 'program check'],
    [11, 'subchannelStatus', 'protection check'],
    [12, 'subchannelStatus', 'channel-data check'],
    [13, 'subchannelStatus', 'channel-control check'],
    [14, 'subchannelStatus', 'interface-control check'],
    [15, 'subchannelStatus', 'chaining check'],
  ] as const)('bit %i of the third word is %s: %s', (bit, field, name) => {
    expect(word(0, (0x8000_0000 >>> bit) >>> 0)).toMatchObject({ [field]: name });
  });
});
