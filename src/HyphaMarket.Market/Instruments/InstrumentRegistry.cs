using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Instruments;

/// <summary>The kinds of instruments that a node can read.</summary>
public sealed class InstrumentRegistry
{
    private readonly Dictionary<string, IInstrumentKind> _kinds;

    /// <exception cref="ArgumentException">Two kinds have one name.</exception>
    public InstrumentRegistry(IEnumerable<IInstrumentKind> kinds) => _kinds = kinds.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);

    /// <summary>What this version trades: spot, with the names of the built-in catalogue.</summary>
    public static InstrumentRegistry Default { get; } = new([new SpotInstrumentKind(ProfileCatalogue.BuiltIn)]);

    public IReadOnlyCollection<string> Kinds => _kinds.Keys;

    /// <summary>Parses an instrument of a kind.</summary>
    /// <param name="problem">Null, or a sentence that says whether the kind is unknown or the bytes are wrong.</param>
    public bool TryParse(string kind, ReadOnlySpan<byte> canonicalBytes, [NotNullWhen(true)] out Instrument? instrument, [NotNullWhen(false)] out string? problem)
    {
        instrument = null;
        problem = null;
        if (!_kinds.TryGetValue(kind, out var reader)) problem = $"Instruments of kind \"{kind}\" are unknown here; known are {string.Join(", ", _kinds.Keys.Order(StringComparer.Ordinal))}.";
        else if (!reader.TryParse(canonicalBytes, out instrument)) problem = $"These {canonicalBytes.Length} bytes are not an instrument of kind \"{kind}\" in canonical form.";
        return problem is null;
    }
}
