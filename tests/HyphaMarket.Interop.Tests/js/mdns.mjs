// A js-libp2p node that looks for peers by mDNS, for a network namespace: it says who it is and whom it has found, a JSON line each, until its input ends.
//
//   node mdns.mjs /ip4/10.0.0.2/tcp/0
//   {"peerId":"12D3KooW...","addresses":["/ip4/10.0.0.2/tcp/40001"]}
//   {"found":"12D3KooW...","addresses":["/ip4/10.0.0.1/tcp/40002"]}
import './polyfill.mjs'
import { mdns } from '@libp2p/mdns'
import { createNode } from './node.mjs'

const send = message => process.stdout.write(`${JSON.stringify(message)}\n`)
const discovery = { configure: config => { config.peerDiscovery = [mdns({ interval: 1_000 })] } }
const node = await createNode({ listen: [process.argv[2]] }, [{ module: discovery, settings: {} }])
node.addEventListener('peer:discovery', ({ detail }) => send({ found: detail.id.toString(), addresses: detail.multiaddrs.map(String) }))
send({ peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(address => address.decapsulate('/p2p').toString()) })
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
