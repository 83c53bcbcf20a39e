/**
 * The subchannel-status word in words (Principles of Operation, chapter "I/O Interruptions", Subchannel-Status Word; Linux arch/s390/include/asm/scsw.h).
 * The fields named here lie at the same bits in command and transport mode.
 */

type Bits = readonly (readonly [bit: number, name: string])[];

const functions: Bits = [
  [0x4, 'start'],
  [0x2, 'halt'],
  [0x1, 'clear'],
];
const activity: Bits = [
  [0x40, 'resume pending'],
  [0x20, 'start pending'],
  [0x10, 'halt pending'],
  [0x08, 'clear pending'],
  [0x04, 'subchannel active'],
  [0x02, 'device active'],
  [0x01, 'suspended'],
];
const status: Bits = [
  [0x10, 'alert'],
  [0x08, 'intermediate'],
  [0x04, 'primary'],
  [0x02, 'secondary'],
  [0x01, 'status pending'],
];
const deviceStatus: Bits = [
  [0x80, 'attention'],
  [0x40, 'status modifier'],
  [0x20, 'control-unit end'],
  [0x10, 'busy'],
  [0x08, 'channel end'],
  [0x04, 'device end'],
  [0x02, 'unit check'],
  [0x01, 'unit exception'],
];
const subchannelStatus: Bits = [
  [0x80, 'program-controlled interruption'],
  [0x40, 'incorrect length'],
  [0x20, 'program check'],
  [0x10, 'protection check'],
  [0x08, 'channel-data check'],
  [0x04, 'channel-control check'],
  [0x02, 'interface-control check'],
  [0x01, 'chaining check'],
];

/** Names of the bits that are set; undefined where none is. */
function namesOf(bits: Bits, value: number): string | undefined {
  const names = bits.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? undefined : names.join(', ');
}

export interface SubchannelStatus {
  readonly functions?: string | undefined;
  readonly activity?: string | undefined;
  readonly status?: string | undefined;
  readonly deviceStatus?: string | undefined;
  readonly subchannelStatus?: string | undefined;
  /** Address in it: of the CCW after the last one that was executed, in transport mode of the TCW. */
  readonly program?: bigint | undefined;
}

/** @param bytes the 12 bytes of the word */
export function subchannelStatusOf(bytes: Uint8Array): SubchannelStatus {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Bits 17-19, 20-26 and 27-31 of the first of its three words.
  const control = view.getUint32(0x0);
  return {
    functions: namesOf(functions, (control >>> 12) & 0x7),
    activity: namesOf(activity, (control >>> 5) & 0x7f),
    status: namesOf(status, control & 0x1f),
    program: view.getUint32(0x4) === 0 ? undefined : BigInt(view.getUint32(0x4)),
    deviceStatus: namesOf(deviceStatus, view.getUint8(0x8)),
    subchannelStatus: namesOf(subchannelStatus, view.getUint8(0x9)),
  };
}
