// The transport interoperability contract (libp2p/test-plans) by js-libp2p: the counterpart of HyphaMarket.TransportInterop.
import './polyfill.mjs'
import { connect } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import * as websocket from './capabilities/websocket.mjs'
import { createNode } from './node.mjs'

const { env } = process
const timeoutMs = Number(env.TEST_TIMEOUT_SECS ?? 180) * 1000
const key = env.TEST_KEY == null ? 'listenerAddr' : `${env.TEST_KEY}_listener_multiaddr`
const isDialler = env.IS_DIALER === 'true'
const suffix = env.TRANSPORT === 'ws' ? '/ws' : ''

setTimeout(() => { console.error('not done in time'); process.exit(1) }, timeoutMs).unref()

const node = await createNode({
  security: env.SECURE_CHANNEL,
  listen: isDialler ? [] : [`/ip4/${env.LISTENER_IP ?? '0.0.0.0'}/tcp/0${suffix}`]
}, env.TRANSPORT === 'ws' ? [{ module: websocket, settings: {} }] : [])

if (isDialler) {
  const [, address] = await redis(['BLPOP', key, String(timeoutMs / 1000)])
  const start = performance.now()
  const connection = await node.dial(multiaddr(address), { signal: AbortSignal.timeout(timeoutMs) })
  const ping = await node.services.ping.ping(connection.remotePeer, { signal: AbortSignal.timeout(timeoutMs) })
  console.log(JSON.stringify({ handshakePlusOneRTTMillis: performance.now() - start, pingRTTMilllis: ping }))
  process.exit(0)
} else {
  await redis(['RPUSH', key, node.getMultiaddrs()[0].toString()])
  setInterval(() => {}, timeoutMs) // The runner ends it.
}

/** One command over a connection of its own; answers are a number or an array of two strings. */
function redis (command) {
  const [host, port] = env.REDIS_ADDR.split(':')
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ host, port: Number(port) })
    socket.on('error', reject)
    socket.on('connect', () => socket.write(`*${command.length}\r\n${command.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`))
    socket.on('data', data => {
      text += data
      const lines = text.split('\r\n')
      if (text.startsWith(':') && lines.length > 1) {
        resolve(Number(lines[0].slice(1)))
      } else if (text.startsWith('*2') && lines.length > 5) {
        resolve([lines[2], lines[4]])
      } else if (text.startsWith('-') || text.startsWith('*-1')) {
        reject(new Error(lines[0]))
      } else {
        return
      }
      socket.end()
    })
  })
}
