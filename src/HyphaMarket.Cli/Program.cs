using HyphaMarket.Bench.Peers;
using HyphaMarket.Cli;

// One end of a measure, which `bench libp2p` starts, is a node of the library alone: what the verbs are made of is not loaded into it.
if (args is ["bench", "peer", var stack]) return PeerProgram.Run(stack);
return await CliProgram.RunAsync(args);
