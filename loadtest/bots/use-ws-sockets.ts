/**
 * Makes the client SDK take its sockets from `ws`: Node's own WebSocket costs twice as much per
 * message, and a crowd is nothing but messages. Must be imported before the SDK is.
 */
Reflect.deleteProperty(globalThis, 'WebSocket')
