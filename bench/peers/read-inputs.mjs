/** Reads our input frames for a peer: the last command of a frame is what counts. */
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'

const commands = [createCommand(), createCommand(), createCommand()]

/** The newest command of `bytes`, undefined when it is no frame. */
export function readNewest(bytes) {
  const count = decodeInputs(bytes, commands)
  return typeof count === 'number' ? commands[count - 1] : undefined
}
