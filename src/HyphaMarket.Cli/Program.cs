using System.Runtime.CompilerServices;
using HyphaMarket.Bench.Peers;
using HyphaMarket.Cli;

// One end of a measure, which `bench libp2p` starts, is a node of the library alone: what the verbs are made of is not loaded into it.
if (args is ["bench", "peer", var stack]) return RunPeer(stack);
if (args is ["simulate", ..]) SimulationRuntime.Choose(args);
return await CliProgram.RunAsync(args);

// Nor is what measures loaded into anything else.
[MethodImpl(MethodImplOptions.NoInlining)]
static int RunPeer(string stack) => PeerProgram.Run(stack);
