// smoldot, a libp2p stack of its own in Rust (here as WebAssembly), driven over JSON lines as peer.mjs is. It is a light client of a blockchain,
// and dials the boot nodes of the chain that it is given; chain-spec.mjs makes one up. Events of the kind `log` carry what it says.
import { start } from 'smoldot'
import { chainSpec } from './chain-spec.mjs'
import { serveCommands } from './lines.mjs'

let client
let chain
let lastRequest = 0

async function rpc (method, parameters = []) {
  const id = ++lastRequest
  chain.sendJsonRpc(JSON.stringify({ jsonrpc: '2.0', id, method, params: parameters }))
  while (true) {
    const answer = JSON.parse(await chain.nextJsonRpcResponse())
    if (answer.id === id) {
      if (answer.error !== undefined) {
        throw new Error(`${method}: ${answer.error.message}`)
      }
      return answer.result
    }
  }
}

serveCommands(emit => ({
  /** Joins a made-up chain whose only nodes are the given addresses, each with /p2p; `webSocket` forbids the other transport. */
  async start ({ bootNodes, webSocket }) {
    client = start({
      maxLogLevel: 4,
      logCallback: (level, target, message) => emit({ event: 'log', level, target, message }),
      forbidTcp: webSocket === true,
      forbidWs: webSocket !== true
    })
    chain = await client.addChain({ chainSpec: chainSpec(bootNodes) })
    return { genesisHash: (await rpc('chainSpec_v1_genesisHash')).slice(2) }
  },

  /** The peers with which it speaks about the chain. */
  async peers () {
    return { peerIds: (await rpc('system_peers')).map(peer => peer.peerId) }
  },

  async stop () {
    await client.terminate()
  }
}))
