namespace HyphaMarket.Cli.Output;

/// <summary>A proof that was written to a file.</summary>
/// <param name="Id">The match id, or the market id of broker sets.</param>
/// <param name="Full">Whether the match can be recomputed from it; absent for broker sets.</param>
internal sealed record WrittenProofView(string Id, string File, int Bytes, bool? Full);
