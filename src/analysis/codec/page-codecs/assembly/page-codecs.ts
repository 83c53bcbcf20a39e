/**
 * Decoders of compressed pages in AssemblyScript. Each says 1 when it is sure of every byte, and 0 for anything else,
 * damaged or unusual: then the plain decoder is asked, which also finds the words for what is wrong. Every read and every
 * copy stays within input and output, or within the room after them.
 *
 * All are called with the place and the size of the input, which lies in the room for input, and the size of the output.
 */
export { inputAt, mostBytes, outputAt } from './memory-map';
export { lzo } from './lzo';
export { snappy } from './snappy';
export { zlib } from './inflate';
export { zstd } from './zstd';
