namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>One parser of strangers' bytes, with inputs it accepts to begin from.</summary>
/// <param name="Name">Shown as the test's argument.</param>
/// <param name="Corpus">Inputs that are accepted; mutations of them reach the inside of the parser.</param>
/// <param name="Parse">Parses, checks what can be checked of the result, and tells what was understood; null where the input was refused. Throws nothing but by a defect.</param>
/// <param name="Covers">The types of the library whose parsing runs within.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Func<byte[], string?> Parse, params Type[] Covers)
{
    public override string ToString() => Name;
}
