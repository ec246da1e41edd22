using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Market.Instruments;

/// <summary>Reads instruments of one kind. A new kind is a class of instruments and one of these in the registry.</summary>
public interface IInstrumentKind
{
    /// <summary>Equal to <see cref="Instrument.Kind"/> of what it reads.</summary>
    string Kind { get; }

    /// <summary>Parses canonical bytes; other bytes are refused, even of the same meaning, since each market has one id.</summary>
    bool TryParse(ReadOnlySpan<byte> canonicalBytes, [NotNullWhen(true)] out Instrument? instrument);
}
