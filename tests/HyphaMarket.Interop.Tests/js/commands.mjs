// The commands of peer.mjs. Each takes an object of arguments and gives a JSON result; bytes travel as hex.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { echoOnce, serveEcho } from './echo.mjs'
import { createNode, KAD_PROTOCOL } from './node.mjs'

// No command may run for ever: a test would rather read what failed than be killed by its runner.
const DEADLINE_MS = 30_000

const fromHex = text => new Uint8Array(Buffer.from(text, 'hex'))
const toHex = bytes => Buffer.from(bytes.subarray()).toString('hex')
const deadline = () => AbortSignal.timeout(DEADLINE_MS)

/** @param {(event: object) => void} emit tells the driver of something that it did not ask for */
export function createCommands (emit) {
  let node

  /** A DHT key is the multihash of a CID; any multihash may be given, as hex. */
  const cidOf = key => CID.createV1(raw.code, Digest.decode(fromHex(key)))

  async function openEcho ({ peerId, protocol }) {
    return node.dialProtocol(peerIdFromString(peerId), protocol, { signal: deadline() })
  }

  function watch () {
    node.addEventListener('peer:connect', ({ detail }) => emit({ event: 'peer-connected', peerId: detail.toString() }))
    node.addEventListener('peer:disconnect', ({ detail }) => emit({ event: 'peer-disconnected', peerId: detail.toString() }))
    node.addEventListener('peer:identify', ({ detail }) => emit({
      event: 'peer-identified',
      peerId: detail.peerId.toString(),
      protocols: detail.protocols,
      agentVersion: detail.agentVersion ?? null,
      protocolVersion: detail.protocolVersion ?? null,
      listenAddresses: detail.listenAddrs.map(String),
      observedAddress: detail.observedAddr?.toString() ?? null,
      signedPeerRecordAddresses: detail.signedPeerRecord?.addresses.map(String) ?? null
    }))
    node.services.pubsub?.addEventListener('message', ({ detail }) => emit({
      event: 'message',
      topic: detail.topic,
      data: toHex(detail.data),
      signed: detail.type === 'signed',
      from: detail.type === 'signed' ? detail.from.toString() : null,
      sequence: detail.type === 'signed' ? detail.sequenceNumber.toString() : null
    }))
  }

  return {
    async start (options) {
      node = await createNode(options)
      watch()
      if (options.dht === true) {
        await node.services.dht.setMode(options.dhtClient === true ? 'client' : 'server')
      }
      return { peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) }
    },

    async stop () {
      await node.stop()
    },

    async dial ({ address }) {
      const connection = await node.dial(multiaddr(address), { signal: deadline() })
      return {
        peerId: connection.remotePeer.toString(),
        encryption: connection.encryption,
        multiplexer: connection.multiplexer
      }
    },

    async 'hang-up' ({ peerId }) {
      await node.hangUp(peerIdFromString(peerId), { signal: deadline() })
    },

    peers () {
      return { peerIds: node.getPeers().map(String) }
    },

    async ping ({ peerId }) {
      return { milliseconds: await node.services.ping.ping(peerIdFromString(peerId), { signal: deadline() }) }
    },

    async 'serve-echo' ({ protocol }) {
      await node.handle(protocol, stream => {
        serveEcho(stream).catch(error => stream.abort(error))
      }, { maxInboundStreams: 256 })
    },

    async 'serve-reset' ({ protocol }) {
      await node.handle(protocol, stream => {
        stream.addEventListener('message', () => stream.abort(new Error('reset on purpose')), { once: true })
      })
    },

    async echo ({ peerId, protocol, size }) {
      await echoOnce(await openEcho({ peerId, protocol }), size)
      return { bytes: size }
    },

    /** Each echo has a stream of its own; `concurrency` of them are open at a time. */
    async 'echo-many' ({ peerId, protocol, count, size, concurrency }) {
      let next = 0
      const worker = async () => {
        while (next++ < count) {
          await echoOnce(await openEcho({ peerId, protocol }), size)
        }
      }
      await Promise.all(Array.from({ length: concurrency }, worker))
      return { count }
    },

    /** Opens a stream of a protocol that may not be there; the answer's error says so. */
    async 'open-stream' ({ peerId, protocol }) {
      const stream = await openEcho({ peerId, protocol })
      await stream.close()
      return { protocol: stream.protocol }
    },

    'routing-table' () {
      return { size: node.services.dht.routingTable.size, protocol: KAD_PROTOCOL }
    },

    async provide ({ key }) {
      const stored = []
      for await (const event of node.services.dht.provide(cidOf(key), { signal: deadline() })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') {
          stored.push(event.from.toString())
        }
      }
      return { storedAt: stored }
    },

    async 'find-providers' ({ key }) {
      const providers = new Map()
      for await (const event of node.services.dht.findProviders(cidOf(key), { signal: deadline() })) {
        if (event.name === 'PROVIDER') {
          for (const provider of event.providers) {
            providers.set(provider.id.toString(), provider.multiaddrs.map(String))
          }
        }
      }
      return { providers: [...providers].map(([peerId, addresses]) => ({ peerId, addresses })) }
    },

    /** The peers closest to any bytes, nearest first, this node not among them. */
    async 'closest-peers' ({ key }) {
      const found = []
      for await (const event of node.services.dht.getClosestPeers(fromHex(key), { signal: deadline() })) {
        if (event.name === 'FINAL_PEER') {
          found.push(event.peer.id.toString())
        }
      }
      return { peerIds: found }
    },

    async put ({ key, value }) {
      const stored = []
      for await (const event of node.services.dht.put(fromHex(key), fromHex(value), { signal: deadline() })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') {
          stored.push(event.from.toString())
        }
      }
      return { storedAt: stored }
    },

    async get ({ key }) {
      const found = []
      for await (const event of node.services.dht.get(fromHex(key), { signal: deadline() })) {
        if (event.name === 'VALUE') {
          found.push({ value: toHex(event.value), from: event.from.toString() })
        }
      }
      return { values: found }
    },

    subscribe ({ topic }) {
      node.services.pubsub.subscribe(topic)
    },

    unsubscribe ({ topic }) {
      node.services.pubsub.unsubscribe(topic)
    },

    /** The peers known to have subscribed, and those of them in this node's mesh. */
    'topic-peers' ({ topic }) {
      return {
        subscribers: node.services.pubsub.getSubscribers(topic).map(String),
        mesh: node.services.pubsub.getMeshPeers(topic)
      }
    },

    async publish ({ topic, data }) {
      const { recipients } = await node.services.pubsub.publish(topic, fromHex(data))
      return { recipients: recipients.map(String) }
    }
  }
}
