namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>One parser of a stream of strangers' bytes: what it understands must not depend on how the bytes are cut.</summary>
/// <param name="Corpus">Inputs that are read to their end.</param>
/// <param name="Read">Reads the stream to its end or its refusal and tells what was understood, the refusal too. Throws nothing but by a defect.</param>
/// <param name="Covers">The types of the library whose parsing runs within.</param>
internal sealed record StreamFuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Func<Stream, Task<string>> Read, params Type[] Covers)
{
    public override string ToString() => Name;
}
