// Web sockets beside TCP. To listen, give `start` a listen address with /ws or /tls/ws.
// Settings, in PEM: { key, cert } to listen on /tls/ws, { ca } to trust when dialling it.
import { webSockets } from '@libp2p/websockets'
import { WebSocket } from 'ws'

export function configure (config, settings) {
  // Node 20 has no client of its own under the name that browsers use, and browsers' has no way to name a root to trust.
  globalThis.WebSocket = class extends WebSocket {
    constructor (url) {
      super(url, settings.ca == null ? {} : { ca: settings.ca })
    }
  }
  config.transports.push(webSockets(settings.cert == null ? {} : { https: { key: settings.key, cert: settings.cert } }))
}
