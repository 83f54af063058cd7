/**
 * The browser's localStorage, or a stand-in for this visit where the browser refuses it.
 */
import type { Storage } from './session-store.ts'

/** Never throws. */
export function openStorage(): Storage {
  try {
    const storage = globalThis.localStorage
    storage.getItem('battalion.probe')
    return storage
  } catch {
    return createMemoryStorage()
  }
}

/** Forgets everything with the page. */
export function createMemoryStorage(): Storage {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}
