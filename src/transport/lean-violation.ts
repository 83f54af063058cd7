/**
 * What a peer may not do on a WebSocket, and how it is told (RFC 6455 7.4.1). The codes are those
 * `ws` uses, so that rooms know a broken peer from a lost connection whatever the transport is.
 */

/** One way of breaking the protocol. */
export interface FrameViolation {
  /** `code` of the error the socket reports. */
  readonly code: `WS_ERR_${string}`
  /** Close code the peer is told. */
  readonly closeCode: 1002 | 1007 | 1008 | 1009
  readonly message: string
}

export const VIOLATIONS = {
  reservedBits23: {
    code: 'WS_ERR_UNEXPECTED_RSV_2_3',
    closeCode: 1002,
    message: 'RSV2 and RSV3 must be clear',
  },
  reservedBit1: {
    code: 'WS_ERR_UNEXPECTED_RSV_1',
    closeCode: 1002,
    message: 'RSV1 must be clear: no extension was agreed on',
  },
  opcode: {
    code: 'WS_ERR_INVALID_OPCODE',
    closeCode: 1002,
    message: 'an opcode that does not exist or does not belong here',
  },
  controlFragmented: {
    code: 'WS_ERR_EXPECTED_FIN',
    closeCode: 1002,
    message: 'control frames come in one piece',
  },
  controlLength: {
    code: 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    closeCode: 1002,
    message: 'control frames carry at most 125 bytes, close frames not one byte',
  },
  unmasked: {
    code: 'WS_ERR_EXPECTED_MASK',
    closeCode: 1002,
    message: 'clients mask their frames',
  },
  closeCode: {
    code: 'WS_ERR_INVALID_CLOSE_CODE',
    closeCode: 1002,
    message: 'a close code that may not be sent',
  },
  utf8: { code: 'WS_ERR_INVALID_UTF8', closeCode: 1007, message: 'text that is not UTF-8' },
  pieces: {
    code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
    closeCode: 1008,
    message: 'too many pieces: fragments of a message, or parts of a frame',
  },
  controlFlood: {
    code: 'WS_ERR_TOO_MANY_CONTROL_FRAMES',
    closeCode: 1008,
    message: 'too many pings and pongs',
  },
  length: {
    code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    closeCode: 1009,
    message: 'the message is too long',
  },
} as const satisfies Readonly<Record<string, FrameViolation>>

/** The violation as the error a socket emits. */
export class FrameViolationError extends Error {
  override readonly name = 'FrameViolationError'
  readonly code: FrameViolation['code']

  constructor(violation: FrameViolation) {
    super(violation.message)
    this.code = violation.code
  }
}
