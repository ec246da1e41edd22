// The commands of peer.mjs that every peer has. Those of capabilities/*.mjs join them when `start` asks for the capability.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { deadline } from './bytes.mjs'
import { echoOnce, serveEcho } from './echo.mjs'
import { createNode } from './node.mjs'

/** @param {(event: object) => void} emit tells the driver of something that it did not ask for */
export function createCommands (emit) {
  let node

  async function openEcho ({ peerId, protocol }) {
    return node.dialProtocol(peerIdFromString(peerId), protocol, { signal: deadline(), runOnLimitedConnection: true })
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
      signedPeerRecordAddresses: detail.signedPeerRecord?.addresses.map(String) ?? null,
      signedPeerRecordSequence: detail.signedPeerRecord?.seq.toString() ?? null
    }))
  }

  const commands = {
    /** Options: node.mjs, and `capabilities`, an object of settings by the name of a file in capabilities/. */
    async start (options) {
      const capabilities = await Promise.all(Object.entries(options.capabilities ?? {}).map(async ([name, settings]) => (
        { module: await import(`./capabilities/${name}.mjs`), settings }
      )))
      node = await createNode(options, capabilities)
      watch()
      const peer = { node, emit }
      for (const { module, settings } of capabilities) {
        await module.started?.(peer, settings)
        Object.assign(commands, module.commands?.(peer))
      }
      return { peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) }
    },

    async stop () {
      await node.stop()
    },

    addresses () {
      return { addresses: node.getMultiaddrs().map(String) }
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

    /** The open connections, one object each: where it leads and whether it is limited, as relayed ones are. */
    connections () {
      return {
        connections: node.getConnections().map(connection => ({
          peerId: connection.remotePeer.toString(),
          address: connection.remoteAddr.toString(),
          direction: connection.direction,
          limited: connection.limits != null
        }))
      }
    },

    async ping ({ peerId }) {
      return { milliseconds: await node.services.ping.ping(peerIdFromString(peerId), { signal: deadline() }) }
    },

    async 'serve-echo' ({ protocol }) {
      await node.handle(protocol, stream => {
        serveEcho(stream).catch(error => stream.abort(error))
      }, { maxInboundStreams: 256, runOnLimitedConnection: true })
    },

    async 'serve-reset' ({ protocol }) {
      await node.handle(protocol, stream => {
        stream.addEventListener('message', () => stream.abort(new Error('reset on purpose')), { once: true })
      })
    },

    async unhandle ({ protocol }) {
      await node.unhandle(protocol)
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
    }
  }
  return commands
}
