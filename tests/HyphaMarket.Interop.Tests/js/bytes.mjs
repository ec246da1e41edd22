// What every command needs: bytes travel as hex, and no command may run for ever.
const DEADLINE_MS = 60_000

export const fromHex = text => new Uint8Array(Buffer.from(text, 'hex'))
export const toHex = bytes => Buffer.from(bytes.subarray()).toString('hex')

/** A test would rather read what failed than be killed by its runner. */
export const deadline = () => AbortSignal.timeout(DEADLINE_MS)
