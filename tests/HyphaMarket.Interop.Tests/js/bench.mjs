// js-libp2p's end of `hypha-market bench libp2p`: one node, driven by the commands of HyphaMarket.Bench's IMeasuredPeer, a PeerLine each:
//   1 bulk address=/ip4/... bytes=1048576  ->  1 ok count=1048576 seconds=0.1
// The process ends when its input ends. NODE_OPTIONS are the caller's; `--expose-gc` lets `collect` collect.
import './polyfill.mjs'
import { createInterface } from 'node:readline'
import { gossipsub } from '@libp2p/gossipsub'
import { multiaddr } from '@multiformats/multiaddr'
import { chunksOf, write } from './echo.mjs'
import { createNode } from './node.mjs'

const SINK = '/bench/sink/1'
const REFLECT = '/bench/reflect/1'
const DELIVERED = '/bench/delivered/1'
const TOPIC = 'bench'
const REQUEST_BYTES = 200
const MESSAGE_BYTES = 1024
const GOSSIP_WINDOW = 512
const PUBLISHERS = 8
const CHUNK = new Uint8Array(64 * 1024)
const STREAMS = { maxInboundStreams: 4096, maxOutboundStreams: 4096 }

let node
let delivered = 0

const seconds = start => Number(process.hrtime.bigint() - start) / 1e9
const now = () => process.hrtime.bigint()

async function read (stream) {
  const chunks = []
  for await (const chunk of chunksOf(stream)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function call (peer, protocol, bytes) {
  // On the open connection, which is the shortest way that js-libp2p has.
  const stream = await node.getConnections(peer)[0].newStream(protocol, STREAMS)
  const answer = read(stream)
  if (bytes.length > 0) await write(stream, bytes)
  await stream.close()
  return answer
}

async function ready (address) {
  const connection = await node.dial(multiaddr(address))
  return connection.remotePeer
}

const deliveredBy = async peer => Number((await call(peer, DELIVERED, new Uint8Array(0))).readBigUInt64BE())

const serve = (protocol, answer) => node.handle(protocol, stream => {
  answer(stream).then(() => stream.close()).catch(error => stream.abort(error))
}, STREAMS)

const commands = {
  async start () {
    node = await createNode({}, [{
      module: {
        configure (config) {
          config.services.pubsub = gossipsub({ globalSignaturePolicy: 'StrictSign', emitSelf: false, allowPublishToZeroTopicPeers: true })
          config.connectionManager = { ...config.connectionManager, maxConnections: 4096, inboundConnectionThreshold: 100_000, maxIncomingPendingConnections: 4096 }
        }
      }
    }])
    await serve(SINK, async stream => {
      let total = 0
      for await (const chunk of chunksOf(stream)) total += chunk.byteLength
      const count = Buffer.alloc(8)
      count.writeBigUInt64BE(BigInt(total))
      await write(stream, count)
    })
    await serve(REFLECT, async stream => { await write(stream, await read(stream)) })
    await serve(DELIVERED, async stream => {
      await read(stream)
      const count = Buffer.alloc(8)
      count.writeBigUInt64BE(BigInt(delivered))
      await write(stream, count)
    })
    node.services.pubsub.addEventListener('message', () => { delivered++ })
    node.services.pubsub.subscribe(TOPIC)
    return { address: node.getMultiaddrs()[0].toString() }
  },

  async handshakes ({ address, seconds: limit }) {
    const to = multiaddr(address)
    const start = now()
    let count = 0
    while (seconds(start) < limit) {
      const identified = new Promise(resolve => node.addEventListener('peer:identify', resolve, { once: true }))
      const connection = await node.dial(to)
      await identified
      await connection.close()
      count++
    }
    return { count, seconds: seconds(start) }
  },

  async bulk ({ address, bytes }) {
    const peer = await ready(address)
    const start = now()
    const stream = await node.dialProtocol(peer, SINK, STREAMS)
    const confirmed = read(stream)
    for (let left = bytes; left > 0; left -= CHUNK.length) await write(stream, CHUNK.subarray(0, Math.min(left, CHUNK.length)))
    await stream.close()
    if (Number((await confirmed).readBigUInt64BE()) !== bytes) throw new Error('Bytes were lost.')
    return { count: bytes, seconds: seconds(start) }
  },

  async requests ({ address, concurrency, seconds: limit }) {
    const peer = await ready(address)
    const request = new Uint8Array(REQUEST_BYTES)
    const start = now()
    let count = 0
    const worker = async () => {
      while (seconds(start) < limit) {
        if ((await call(peer, REFLECT, request)).length !== REQUEST_BYTES) throw new Error('An answer was cut.')
        count++
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    return { count, seconds: seconds(start) }
  },

  async gossip ({ address, messages }) {
    const peer = await ready(address)
    const data = new Uint8Array(MESSAGE_BYTES)
    const publish = () => node.services.pubsub.publish(TOPIC, data)
    while ((await publish()).recipients.length === 0) await new Promise(resolve => setTimeout(resolve, 20))
    const before = await deliveredBy(peer)
    const start = now()
    let known = 0
    let sent = 0
    await Promise.all(Array.from({ length: PUBLISHERS }, async () => {
      while (sent++ < messages) {
        while (sent - known >= GOSSIP_WINDOW) known = await deliveredBy(peer) - before
        await publish()
      }
    }))
    while (known < messages) known = await deliveredBy(peer) - before
    return { count: messages, seconds: seconds(start) }
  },

  async collect () {
    globalThis.gc?.()
  }
}

// `seconds=2` is a number, `address=/ip4/...` is not.
const valueOf = text => Number.isNaN(Number(text)) ? text : Number(text)

const argumentsOf = pairs => Object.fromEntries(pairs.map(pair => {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), valueOf(pair.slice(at + 1))]
}))

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
lines.on('line', line => {
  const [id, command, ...pairs] = line.split(' ').filter(part => part !== '')
  const work = commands[command]
  Promise.resolve(work === undefined ? Promise.reject(new Error(`There is no command '${command}'.`)) : work(argumentsOf(pairs))).then(
    result => [id, 'ok', ...Object.entries(result ?? {}).map(([key, value]) => `${key}=${value}`)].join(' '),
    error => `${id} error ${error.name ?? 'Error'}: ${(error.message ?? String(error)).replaceAll('\n', ' ')}`
  ).then(answer => process.stdout.write(`${answer}\n`))
})
lines.on('close', () => process.exit(0))
