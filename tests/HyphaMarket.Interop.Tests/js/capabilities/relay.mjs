// Circuit relay v2. Every peer with it dials over relays, and reserves where it listens on `<relay>/p2p-circuit`.
// Settings: { server: true } is a relay too, { dataLimit: bytes } what its circuits may carry in each direction.
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { deadline } from '../bytes.mjs'
import { echoOnce } from '../echo.mjs'

export function configure (config, settings) {
  config.transports.push(circuitRelayTransport({ reservationCompletionTimeout: 30_000 }))
  if (settings.server === true) {
    config.services.relay = circuitRelayServer({
      hopTimeout: 30_000,
      reservations: settings.dataLimit == null ? {} : { defaultDataLimit: BigInt(settings.dataLimit) }
    })
  }
}

export function commands ({ node }) {
  // Dialling the peer anew could take another connection than the one that is meant.
  async function echoOver (limited, { peerId, protocol, size }) {
    const connection = node.getConnections().find(open => open.remotePeer.toString() === peerId && (open.limits != null) === limited)
    if (connection === undefined) {
      throw new Error(`There is no ${limited ? 'relayed' : 'direct'} connection with ${peerId}.`)
    }
    await echoOnce(await connection.newStream(protocol, { signal: deadline(), runOnLimitedConnection: true }), size)
  }

  return {
    'relayed-echo': request => echoOver(true, request),

    'direct-echo': request => echoOver(false, request),

    /** The peers that hold a reservation with this relay. */
    reservations () {
      return { peerIds: [...node.services.relay.reservations.keys()].map(String) }
    }
  }
}
