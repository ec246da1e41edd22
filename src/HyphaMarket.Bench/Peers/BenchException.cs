namespace HyphaMarket.Bench.Peers;

/// <summary>A peer could not be started, did not answer in time, or answered with an error; the message says which.</summary>
public sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
