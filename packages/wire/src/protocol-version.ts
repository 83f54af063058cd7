/**
 * Version of everything in SPEC.md. A client says its own when joining; a server refuses another
 * major number. Count up with every change of a byte.
 */
export const PROTOCOL_VERSION = 1
