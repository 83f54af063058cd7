/** Reads our input frames for a peer. */
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'

const commands = [createCommand(), createCommand(), createCommand()]

/** Hands each command of `bytes` on, oldest first; nothing when it is no frame. */
export function readInputs(bytes, take) {
  const count = decodeInputs(bytes, commands)
  for (let index = 0; index < count; index++) take(commands[index])
}
