// Kademlia. Settings: { client: true } asks the DHT but does not serve it.
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { deadline, fromHex, toHex } from '../bytes.mjs'

export const KAD_PROTOCOL = '/hypha/kad/1.0.0'

export function configure (config, settings) {
  config.services.dht = kadDHT({
    protocol: KAD_PROTOCOL,
    clientMode: settings.client === true,
    // Loopback addresses are the only ones here, and the default mapper would drop them.
    peerInfoMapper: passthroughMapper,
    // Queries wait for the first self query; 1000 ms of waiting in every test would be waste.
    initialQuerySelfInterval: 200,
    validators: { hypha: async () => {} },
    selectors: { hypha: () => 0 }
  })
}

export async function started ({ node }, settings) {
  await node.services.dht.setMode(settings.client === true ? 'client' : 'server')
}

/** A DHT key is the multihash of a CID; any multihash may be given, as hex. */
const cidOf = key => CID.createV1(raw.code, Digest.decode(fromHex(key)))

export function commands ({ node }) {
  const dht = node.services.dht
  return {
    'routing-table' () {
      return { size: dht.routingTable.size, protocol: KAD_PROTOCOL }
    },

    async provide ({ key }) {
      const stored = []
      for await (const event of dht.provide(cidOf(key), { signal: deadline() })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'ADD_PROVIDER') {
          stored.push(event.from.toString())
        }
      }
      return { storedAt: stored }
    },

    async 'find-providers' ({ key }) {
      const providers = new Map()
      for await (const event of dht.findProviders(cidOf(key), { signal: deadline() })) {
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
      for await (const event of dht.getClosestPeers(fromHex(key), { signal: deadline() })) {
        if (event.name === 'FINAL_PEER') {
          found.push(event.peer.id.toString())
        }
      }
      return { peerIds: found }
    },

    async put ({ key, value }) {
      const stored = []
      for await (const event of dht.put(fromHex(key), fromHex(value), { signal: deadline() })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') {
          stored.push(event.from.toString())
        }
      }
      return { storedAt: stored }
    },

    async get ({ key }) {
      const found = []
      for await (const event of dht.get(fromHex(key), { signal: deadline() })) {
        if (event.name === 'VALUE') {
          found.push({ value: toHex(event.value), from: event.from.toString() })
        }
      }
      return { values: found }
    }
  }
}
