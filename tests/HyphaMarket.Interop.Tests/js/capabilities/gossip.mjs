// Gossipsub v1.2, which falls back to v1.1. Settings: { signatures: 'StrictSign' | 'StrictNoSign' },
// { outsideMesh: true } refuses every place in a mesh, so that messages come by gossip (IHAVE, IWANT) alone.
import { gossipsub } from '@libp2p/gossipsub'
import { fromHex, toHex } from '../bytes.mjs'

export function configure (config, settings) {
  config.services.pubsub = gossipsub({
    globalSignaturePolicy: settings.signatures ?? 'StrictSign',
    emitSelf: false,
    ...(settings.outsideMesh === true ? { D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0 } : {}),
    // A node may publish before anybody has subscribed; the test then sees that nothing arrived.
    allowPublishToZeroTopicPeers: true
  })
}

export function started ({ node, emit }) {
  node.services.pubsub.addEventListener('message', ({ detail }) => emit({
    event: 'message',
    topic: detail.topic,
    data: toHex(detail.data),
    signed: detail.type === 'signed',
    from: detail.type === 'signed' ? detail.from.toString() : null,
    sequence: detail.type === 'signed' ? detail.sequenceNumber.toString() : null
  }))
}

export function commands ({ node }) {
  const pubsub = node.services.pubsub
  return {
    subscribe ({ topic }) {
      pubsub.subscribe(topic)
    },

    unsubscribe ({ topic }) {
      pubsub.unsubscribe(topic)
    },

    /** The peers known to have subscribed, and those of them in this node's mesh. */
    'topic-peers' ({ topic }) {
      return { subscribers: pubsub.getSubscribers(topic).map(String), mesh: pubsub.getMeshPeers(topic) }
    },

    /** The protocol of the stream to a peer, and how many messages that peer said lately it does not want (IDONTWANT). Neither has a public name. */
    'gossip-peer' ({ peerId }) {
      return { protocol: pubsub.streamsOutbound.get(peerId)?.protocol ?? null, refused: pubsub.idontwants.get(peerId)?.size ?? 0 }
    },

    /** Answers when so many heartbeats have come from now on. */
    async heartbeats ({ count }) {
      for (let seen = 0; seen < count; seen++) {
        await new Promise(resolve => pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true }))
      }
    },

    async publish ({ topic, data }) {
      const { recipients } = await pubsub.publish(topic, fromHex(data))
      return { recipients: recipients.map(String) }
    }
  }
}
