// One js-libp2p node, driven over JSON lines (lines.mjs). Commands and their arguments: commands.mjs and capabilities/.
import './polyfill.mjs'
import { createCommands } from './commands.mjs'
import { serveCommands } from './lines.mjs'

serveCommands(createCommands)
