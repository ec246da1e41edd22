using System.Text;
using HyphaMarket.Market.Ids;

namespace HyphaMarket.Market.Instruments;

/// <summary>Anything that can be traded. Its hash is its market: everything else (offers, books, matching, certificates) is one mechanism for all kinds.</summary>
/// <remarks>Nothing outside the instrument may assume that it is a profile, or that what is matched starts at once.</remarks>
public abstract class Instrument
{
    private MarketId? _market;

    /// <summary>The name of its kind, such as <c>spot</c>: what <see cref="InstrumentRegistry"/> finds its parser by.</summary>
    public abstract string Kind { get; }

    /// <summary>The domain tag of its hash, different for every kind, such as <c>hypha-market/profile/v1</c>.</summary>
    public abstract string Tag { get; }

    /// <summary>The one encoding of this instrument, which its kind's parser reads back.</summary>
    public abstract ReadOnlyMemory<byte> CanonicalBytes { get; }

    /// <summary>The name of its own clearing rule, or null for the network's rule for spot markets.</summary>
    public virtual string? ClearingRule => null;

    /// <summary>What it is, in a few words for people.</summary>
    public abstract string Description { get; }

    /// <summary>SHA-256(tag + canonical bytes).</summary>
    public MarketId Market => _market ??= new MarketId(Hash256.Of([.. Encoding.ASCII.GetBytes(Tag), .. CanonicalBytes.Span]));

    public sealed override bool Equals(object? obj) => obj is Instrument other && other.Market == Market;
    public sealed override int GetHashCode() => Market.GetHashCode();
    public sealed override string ToString() => $"{Kind}: {Description}";
}
