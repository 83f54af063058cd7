/**
 * The program of password-process.ts: argon2 over IPC. It gives way to everybody else on its core,
 * a battle's tick above all, and ends when who started it is gone, however that went.
 */
import { giveWayWhole } from '../give-way.ts'
import { argon2Engine } from './argon2-engine.ts'
import type { PasswordReply, PasswordRequest } from './password-process.ts'

async function answer(request: PasswordRequest): Promise<PasswordReply> {
  const { id, phc, password } = request
  try {
    if (phc === undefined) return { id, phc: await argon2Engine.hash(password) }
    return { id, isRight: await argon2Engine.verify(phc, password) }
  } catch {
    // A text that is no hash fits nothing.
    return { id, isRight: false }
  }
}

giveWayWhole()
// Ctrl-C reaches this process too; log-ins go on until its owner is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (request: PasswordRequest) => {
  void answer(request).then((reply) => process.send?.(reply))
})
