// Web sockets beside TCP. To listen, give `start` a listen address with /ws or /tls/ws.
// Settings: { key, cert } in PEM, for /tls/ws.
import { webSockets } from '@libp2p/websockets'
import { WebSocket } from 'ws'

// Node 20 has no client of its own under the name that browsers use.
globalThis.WebSocket ??= WebSocket

export function configure (config, settings) {
  config.transports.push(webSockets(settings.cert == null ? {} : { https: { key: settings.key, cert: settings.cert } }))
}
