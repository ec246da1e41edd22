// Hole punching. Needs `relay`. Settings: { timeout: milliseconds } of each attempt.
import { dcutr } from '@libp2p/dcutr'

export function configure (config, { timeout }) {
  config.services.dcutr = dcutr({ timeout })
}
