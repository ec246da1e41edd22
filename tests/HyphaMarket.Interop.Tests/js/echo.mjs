// The echo protocol of the tests: what the dialler writes comes back; when it closes its side, so does the listener.
import { randomBytes } from 'node:crypto'
import { deadline } from './bytes.mjs'

// Small enough to make many Yamux frames of a mebibyte, large enough to be quick.
const CHUNK_BYTES = 32 * 1024

/** Serves one inbound echo stream to its end. */
export async function serveEcho (stream) {
  for await (const chunk of chunksOf(stream)) {
    await write(stream, chunk)
  }
  await stream.close()
}

/** Sends random bytes over a fresh stream, reading while it writes, and fails unless exactly these come back. */
export async function echoOnce (stream, size) {
  const sent = randomBytes(size)
  const received = readToEnd(stream, size)
  try {
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      await write(stream, sent.subarray(offset, offset + CHUNK_BYTES))
    }
    await stream.close()
    const back = await received
    if (!back.equals(sent)) {
      throw new Error(`Of ${size} bytes sent, ${back.length} came back, or came back changed.`)
    }
  } catch (error) {
    received.catch(() => {}) // The first failure is the one to report.
    stream.abort(error)
    throw error
  }
}

async function readToEnd (stream, limit) {
  const chunks = []
  let length = 0
  for await (const chunk of chunksOf(stream)) {
    length += chunk.byteLength
    if (length > limit) {
      throw new Error(`More than the ${limit} bytes sent came back.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/**
 * What the stream brings, until the other side has closed. The stream's own iterator waits for ever where the other side had closed before
 * the iteration began, as happens when a dialler sends protocol, data and close in one packet; `readableEnded` tells of that, though
 * data which negotiation had read ahead may still be in the buffer then.
 */
export async function * chunksOf (stream) {
  const arrived = []
  let ended = stream.readableEnded
  let failure
  let wake = () => {}
  stream.addEventListener('message', ({ data }) => { arrived.push(data.subarray()); wake() })
  stream.addEventListener('end', () => { ended = true; wake() })
  stream.addEventListener('close', ({ error }) => { ended = true; failure = error; wake() })
  while (true) {
    while (arrived.length > 0) {
      yield arrived.shift()
    }
    if (failure !== undefined) {
      throw failure
    }
    if (ended && stream.readBufferLength === 0) {
      return
    }
    await new Promise(resolve => { wake = resolve })
  }
}

export async function write (stream, bytes) {
  if (!stream.send(bytes)) {
    await stream.onDrain({ signal: deadline() })
  }
}
