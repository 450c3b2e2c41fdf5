/** The codec of the vendor's example endpoint, for tests. */
export function up(samples: Int16Array): Int16Array;
export function down(samples: Int16Array): Int16Array;
export function encode(samples: Int16Array): Uint8Array;
