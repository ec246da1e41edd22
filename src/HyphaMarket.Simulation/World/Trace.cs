using System.Numerics;

namespace HyphaMarket.Simulation.World;

/// <summary>A running hash of everything that happened, and on demand its story.</summary>
/// <remarks>In the manner of FNV-1a, by words in place of bytes: it tells two runs apart, and is no defence against anybody.</remarks>
public sealed class Trace(Action<string>? story)
{
    private const ulong Offset = 14_695_981_039_346_656_037, Prime = 1_099_511_628_211;

    /// <summary>Equal for two runs of the same seed.</summary>
    public ulong Hash { get; private set; } = Offset;

    /// <summary>Whether somebody reads the story: only then is it worth making sentences.</summary>
    public bool IsTold => story is not null;

    public void Add(long value)
    {
        // Turned, so that the upper bits, where a product gathers, go into the lower ones of the next.
        Hash = BitOperations.RotateLeft((Hash ^ (ulong)value) * Prime, 29);
    }

    public void Tell(long now, string sentence) => story?.Invoke($"{now / 1000.0,10:0.000} s  {sentence}");
}
