// The smallest chain that smoldot takes: no runtime and no state, but a checkpoint, which spares it both until it has found peers. All hashes are made up.
// The binary parts are in SCALE: integers little-endian, lengths of lists as compact integers (four times the length in a byte, up to 63).

const u32 = value => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes }
const u64 = value => { const bytes = Buffer.alloc(8); bytes.writeBigUInt64LE(BigInt(value)); return bytes }
const hash = fill => Buffer.alloc(32, fill)
const list = items => {
  const count = items.length
  return Buffer.concat([count < 64 ? Buffer.from([count << 2]) : Buffer.from([(count << 2 & 0xff) | 1, count >> 6]), ...items])
}
const bytes = content => list([...content].map(byte => Buffer.from([byte])))
const hex = (...parts) => `0x${Buffer.concat(parts).toString('hex')}`

const EMPTY_FORK_TREE = Buffer.from([0, 0]) // no roots, no best finalised number
const AUTHORITY = Buffer.concat([hash(7), u64(1)]) // a public key and its weight

const FINALISED_BLOCK = 5
const FINALISED_SLOT = 150
const SLOTS_PER_EPOCH = 100

// A block's header says in which slot it was made, and by whom: the first authority, in a slot given to it.
const header = [
  hash(1), // its parent
  Buffer.from([FINALISED_BLOCK << 2]),
  hash(2), // its state
  hash(3), // its extrinsics
  list([
    Buffer.concat([Buffer.from([6]), Buffer.from('BABE'), bytes(Buffer.concat([Buffer.from([2]), u32(0), u64(FINALISED_SLOT)]))]),
    Buffer.concat([Buffer.from([5]), Buffer.from('BABE'), bytes(Buffer.alloc(64, 9))])
  ])
]

const epoch = (index, block) => Buffer.concat([
  hash(block), u32(block),
  Buffer.from([1]), // a regular epoch, not the first
  u64(index), u64(index * SLOTS_PER_EPOCH), u64(SLOTS_PER_EPOCH),
  list([AUTHORITY]),
  hash(8), // randomness
  u64(1), u64(4), Buffer.from([1]) // a slot in four is drawn by lot, and the others are given
])

/** @param {string[]} bootNodes multiaddrs that end in /p2p/... */
export function chainSpec (bootNodes) {
  return JSON.stringify({
    name: 'Interoperability',
    id: 'interoperability',
    chainType: 'Live',
    bootNodes,
    properties: null,
    genesis: { stateRootHash: hex(hash(4)) },
    lightSyncState: {
      finalizedBlockHeader: hex(...header),
      babeEpochChanges: hex(EMPTY_FORK_TREE, list([epoch(1, 1), epoch(2, 4)])),
      babeFinalizedBlockWeight: 1,
      grandpaAuthoritySet: hex(list([AUTHORITY]), u64(1), EMPTY_FORK_TREE, list([]), list([]))
    }
  })
}
