// Tells of what parts of the node write into their log, where nothing else tells how something went.
// Settings: { components: ['libp2p:dcutr'] }, each with its subcomponents.
import { format } from 'node:util'

let emit

export function configure (config, { components }) {
  const logger = name => {
    const wanted = components.some(component => name === component || name.startsWith(`${component}:`))
    const write = wanted ? (text, ...values) => emit?.({ event: 'log', component: name, text: render(text, values) }) : () => {}
    return Object.assign((text, ...values) => write(text, ...values), {
      error: write,
      trace: write,
      enabled: wanted,
      newScope: scope => logger(`${name}:${scope}`)
    })
  }
  config.logger = { forComponent: logger }
}

export function started (peer) {
  emit = peer.emit
}

// libp2p has letters of its own for what it writes: %p is a peer id, %a an address, %e an error.
function render (text, values) {
  const plain = values.map(value => value instanceof Error ? value.message : typeof value === 'object' ? String(value) : value)
  return format(text.replace(/%[a-zA-Z]/g, '%s'), ...plain)
}
