// The js-libp2p node under the commands: TCP, Noise or TLS, Yamux, identify and ping, and whatever capabilities are asked for.
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

/**
 * @param {object} options
 * @param {string} [options.seed] 32 bytes as hex, from which the key pair is made; without it the key is random
 * @param {'noise' | 'tls'} [options.security] the one secure channel that the node speaks
 * @param {string[]} [options.listen] multiaddrs to listen on
 * @param {string[]} [options.announce] multiaddrs to tell others beside those
 * @param {Array<{ module: object, settings: object }>} capabilities each may change the configuration before the node is made
 */
export async function createNode (options, capabilities) {
  const config = {
    privateKey: options.seed == null ? undefined : await generateKeyPairFromSeed('Ed25519', Buffer.from(options.seed, 'hex')),
    addresses: { listen: options.listen ?? ['/ip4/127.0.0.1/tcp/0'], appendAnnounce: options.announce ?? [] },
    transports: [tcp()],
    connectionEncrypters: [await secureChannel(options.security)],
    streamMuxers: [yamux()],
    // All nodes of a test share one address, so limits a host would put on strangers (5 a second, 10 pending) are raised. A busy
    // machine is slow, and the deadlines of the tests are the ones that count.
    connectionManager: { inboundConnectionThreshold: 1000, maxIncomingPendingConnections: 100, dialTimeout: 30_000, inboundUpgradeTimeout: 30_000 },
    services: {
      identify: identify({ timeout: 30_000 }),
      identifyPush: identifyPush({ timeout: 30_000 }),
      ping: ping({ timeout: 30_000 })
    }
  }
  for (const { module, settings } of capabilities) {
    await module.configure?.(config, settings)
  }
  return createLibp2p(config)
}

// TLS brings a library of certificates that takes longer to load than all else, and few peers speak it.
async function secureChannel (name) {
  return name === 'tls' ? (await import('@libp2p/tls')).tls() : noise()
}
