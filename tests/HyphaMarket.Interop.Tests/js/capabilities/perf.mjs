// libp2p/specs perf/perf.md, both sides. The registry has no @libp2p/perf, so this is written to the specification.
import { peerIdFromString } from '@libp2p/peer-id'
import { deadline } from '../bytes.mjs'
import { chunksOf, write } from '../echo.mjs'

const PROTOCOL = '/perf/1.0.0'
const HEADER_BYTES = 8
const CHUNK = new Uint8Array(64 * 1024)

export async function started ({ node }) {
  await node.handle(PROTOCOL, stream => { serve(stream).catch(error => stream.abort(error)) }, { maxInboundStreams: 8 })
}

export function commands ({ node }) {
  return {
    /** Uploads so many bytes, asks for so many, and tells how many came. */
    async perf ({ peerId, upload, download }) {
      const stream = await node.dialProtocol(peerIdFromString(peerId), PROTOCOL, { signal: deadline() })
      const counting = count(stream)
      try {
        const header = Buffer.alloc(HEADER_BYTES)
        header.writeBigUInt64BE(BigInt(download))
        await write(stream, header)
        await send(stream, upload)
        await stream.close()
        return { received: (await counting).length }
      } catch (error) {
        counting.catch(() => {}) // The first failure is the one to report.
        stream.abort(error)
        throw error
      }
    }
  }
}

async function serve (stream) {
  const { first } = await count(stream)
  if (first.length < HEADER_BYTES) {
    throw new Error('The stream ended before it said how much to send.')
  }
  await send(stream, Number(first.readBigUInt64BE()))
  await stream.close()
}

/** Reads to the end: how many bytes came, and the first few of them. */
async function count (stream) {
  let first = Buffer.alloc(0)
  let length = 0
  for await (const chunk of chunksOf(stream)) {
    if (first.length < HEADER_BYTES) {
      first = Buffer.concat([first, chunk.subarray(0, HEADER_BYTES - first.length)])
    }
    length += chunk.byteLength
  }
  return { first, length }
}

async function send (stream, bytes) {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    await write(stream, CHUNK.subarray(0, Math.min(left, CHUNK.length)))
  }
}
