// Commands over JSON lines: a request a line on stdin, an answer or an event a line on stdout.
//
//   {"id":7,"command":"dial","arguments":{"address":"/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW..."}}
//   {"id":7,"ok":true,"result":{...}}            or {"id":7,"ok":false,"error":{"name":"...","message":"..."}}
//   {"event":"message","topic":"...","data":"<hex>", ...}
//
// Answers come in the order in which the work ends, not in the order of the requests. The process ends when stdin ends, so
// that a driver which dies leaves no node behind.
import { createInterface } from 'node:readline'

/** @param {(emit: (event: object) => void) => object} createCommands gives the commands by name; each takes an object and gives a JSON result */
export function serveCommands (createCommands) {
  const send = message => process.stdout.write(`${JSON.stringify(message)}\n`)
  const commands = createCommands(event => send(event))

  async function answer (request) {
    const command = commands[request.command]
    if (command === undefined) {
      throw new Error(`There is no command '${request.command}'.`)
    }
    return await command(request.arguments ?? {}) ?? {}
  }

  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  lines.on('line', line => {
    const request = JSON.parse(line)
    answer(request).then(
      result => send({ id: request.id, ok: true, result }),
      error => send({ id: request.id, ok: false, error: { name: error.name ?? 'Error', message: describe(error) } }))
  })
  lines.on('close', () => process.exit(0))
  process.on('unhandledRejection', error => console.error('unhandled rejection:', error))
}

// A dial that fails at every address is an AggregateError whose parts say why.
function describe (error) {
  const parts = (error.errors ?? []).map(describe)
  const cause = error.cause instanceof Error ? [describe(error.cause)] : []
  return [error.message || String(error), ...parts, ...cause].join('; ')
}
