// AutoNAT v2, client and server. It asks every server that it connects with about its public addresses, and tells them once they are confirmed.
import { autoNATv2 } from '@libp2p/autonat-v2'

export function configure (config) {
  config.services.autonat = autoNATv2()
}
