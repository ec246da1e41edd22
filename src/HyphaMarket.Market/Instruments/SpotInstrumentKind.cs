using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Instruments;

/// <summary>Reads spot instruments, and names those that a catalogue knows.</summary>
public sealed class SpotInstrumentKind(ProfileCatalogue catalogue) : IInstrumentKind
{
    public string Kind => SpotInstrument.KindName;

    public bool TryParse(ReadOnlySpan<byte> canonicalBytes, [NotNullWhen(true)] out Instrument? instrument)
    {
        instrument = ProfileAttributes.TryParse(canonicalBytes, out var attributes)
            ? new SpotInstrument(attributes, catalogue.Find(attributes.ComputeId())?.Name)
            : null;
        return instrument is not null;
    }
}
