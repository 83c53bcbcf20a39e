/** A page decompressor. It fills `output` exactly or says in words why it cannot; it never writes more than that. */
export type PageDecoder = (input: Uint8Array, output: Uint8Array) => string | undefined;

/** The compressions of pages. */
export type PageCodec = 'zlib' | 'lzo' | 'snappy' | 'zstd';
