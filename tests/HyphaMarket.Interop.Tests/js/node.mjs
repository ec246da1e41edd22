// The js-libp2p node under the commands: TCP, Noise or TLS, Yamux, identify, ping, Kademlia and gossipsub.
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

export const KAD_PROTOCOL = '/hypha/kad/1.0.0'

/**
 * @param {object} options
 * @param {string} [options.seed] 32 bytes as hex, from which the key pair is made; without it the key is random
 * @param {boolean} [options.dht] serve and query the DHT
 * @param {boolean} [options.dhtClient] only query it
 * @param {boolean} [options.gossip] speak gossipsub
 * @param {boolean} [options.outsideMesh] refuse every place in a mesh, so that messages come by gossip (IHAVE, IWANT) alone
 * @param {'StrictSign' | 'StrictNoSign'} [options.signatures]
 * @param {'noise' | 'tls'} [options.security] the one secure channel that the node speaks
 */
export async function createNode (options) {
  const services = { identify: identify(), identifyPush: identifyPush(), ping: ping() }
  if (options.dht === true) {
    services.dht = kadDHT({
      protocol: KAD_PROTOCOL,
      clientMode: options.dhtClient === true,
      // Loopback addresses are the only ones here, and the default mapper would drop them.
      peerInfoMapper: passthroughMapper,
      // Queries wait for the first self query; 1000 ms of waiting in every test would be waste.
      initialQuerySelfInterval: 200,
      validators: { hypha: async () => {} },
      selectors: { hypha: () => 0 }
    })
  }
  if (options.gossip === true) {
    services.pubsub = gossipsub({
      globalSignaturePolicy: options.signatures ?? 'StrictSign',
      emitSelf: false,
      ...(options.outsideMesh === true ? { D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0 } : {}),
      // A node may publish before anybody has subscribed; the test then sees that nothing arrived.
      allowPublishToZeroTopicPeers: true
    })
  }

  return createLibp2p({
    privateKey: options.seed == null ? undefined : await generateKeyPairFromSeed('Ed25519', Buffer.from(options.seed, 'hex')),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [options.security === 'tls' ? tls() : noise()],
    streamMuxers: [yamux()],
    // All nodes of a test share one address, so limits a host would put on strangers (5 a second, 10 pending) are raised.
    connectionManager: { inboundConnectionThreshold: 1000, maxIncomingPendingConnections: 100 },
    services
  })
}
