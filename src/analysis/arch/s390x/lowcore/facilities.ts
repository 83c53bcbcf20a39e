/**
 * Facility bits by name (STFL, STFLE). Source: z/Architecture Principles of Operation, chapter 4, "Facility Indications", as QEMU 10
 * names them in target/s390x/cpu_features_def.h.inc; bits that it leaves out have no name here.
 */
const names: Readonly<Record<number, string>> = {
  0: 'N3', 1: 'z/Architecture', 2: 'z/Architecture active', 3: 'DAT-enhancement', 4: 'IDTE segment', 5: 'IDTE region', 6: 'ASN-and-LX reuse', 7: 'STFLE', 8: 'EDAT1',
  9: 'sense-running-status', 10: 'conditional-SSKE', 11: 'topology', 12: 'AP query', 13: 'IPTE-range', 14: 'nonquiescing key-setting', 15: 'AP test', 16: 'ETF2', 17: 'MSA',
  18: 'long-displacement', 19: 'long-displacement fast', 20: 'HFP multiply-add', 21: 'extended-immediate', 22: 'ETF3', 23: 'HFP-unnormalized', 24: 'ETF2-enhancement',
  25: 'STCKF', 26: 'parsing-enhancement', 27: 'MVCOS', 28: 'TOD-clock-steering', 30: 'ETF3-enhancement', 31: 'extract-CPU-time', 32: 'CSST', 33: 'CSST2',
  34: 'general-instructions-extension', 35: 'execute-extensions', 36: 'enhanced-monitor', 37: 'floating-point-extension', 38: 'order-preserving-compression',
  40: 'load-program-parameter', 41: 'floating-point-support-enhancement', 42: 'DFP', 43: 'DFP fast', 44: 'PFPO', 45: 'z196 instructions', 47: 'CMPSC-enhancement',
  48: 'DFP zoned-conversion', 49: 'zEC12 instructions', 50: 'constrained transactional-execution', 51: 'local-TLB-clearing', 52: 'interlocked-access 2', 53: 'z13 instructions',
  54: 'entropy-encoding-compression', 57: 'MSA 5', 58: 'miscellaneous-instructions 2', 59: 'semaphore-assist', 60: 'time-slice-instrumentation',
  61: 'miscellaneous-instructions 3', 64: 'runtime-instrumentation', 65: 'AP-queue-interruption', 69: 'z/PCI', 71: 'adapter-event-notification',
  72: 'adapter-interruption-suppression', 73: 'transactional-execution', 74: 'store-hypervisor-information', 75: 'access-exception fetch/store', 76: 'MSA 3', 77: 'MSA 4',
  78: 'EDAT2', 80: 'DFP packed-conversion', 81: 'PPA15', 82: 'branch-prediction-blocking', 129: 'vector', 130: 'instruction-execution-protection', 131: 'ESOP2',
  133: 'guarded-storage', 134: 'vector packed-decimal', 135: 'vector-enhancements 1', 139: 'multiple-epoch', 140: 'extended-length SCCB', 144: 'test-pending-external',
  145: 'insert-reference-bits-multiple', 146: 'MSA 8', 147: 'CMM no-translate', 148: 'vector-enhancements 2', 150: 'enhanced-sort', 151: 'DEFLATE-conversion',
  152: 'vector packed-decimal-enhancement', 155: 'MSA 9', 156: 'etoken', 161: 'unpack', 165: 'NNPA', 192: 'vector packed-decimal-enhancement 2', 193: 'BEAR-enhancement',
  194: 'reset-DAT-protection', 196: 'processor-activity-instrumentation', 197: 'processor-activity-instrumentation 1',
}; // prettier-ignore

/**
 * Facilities that are set in a piece of the list.
 * @param value the piece, its most significant bit first
 * @param width bits of the piece
 * @param first number of its first bit in the whole list
 * @returns names in the order of their numbers; "bit N" for those without a name
 */
export function facilityNames(value: bigint, width: number, first: number): readonly string[] {
  const found: string[] = [];
  for (let bit = 0; bit < width; bit += 1) {
    if (((value >> BigInt(width - 1 - bit)) & 1n) === 1n) found.push(names[first + bit] ?? `bit ${first + bit}`);
  }
  return found;
}
