using System.Diagnostics.CodeAnalysis;
using HyphaMarket.Market.Canonical;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Instruments;

namespace HyphaMarket.Market.Tests.Instruments;

/// <summary>A second kind, outside the market project: one unit of a profile during one hour of the future, cleared at one price.</summary>
internal sealed class DeliveryHour(ProfileId profile, long startUnixMs) : Instrument
{
    private readonly byte[] _canonicalBytes = new CanonicalWriter().Bytes(1, profile.ToArray()).Integer(2, startUnixMs).ToArray();

    public ProfileId Profile { get; } = profile;
    public long StartUnixMs { get; } = startUnixMs;
    public override string Kind => "delivery-hour";
    public override string Tag => "hypha-market/delivery-hour/test";
    public override ReadOnlyMemory<byte> CanonicalBytes => _canonicalBytes;
    public override string ClearingRule => "uniform";
    public override string Description => $"{Profile} for the hour from {DateTimeOffset.FromUnixTimeMilliseconds(StartUnixMs):u}";
}

internal sealed class DeliveryHourKind : IInstrumentKind
{
    public string Kind => "delivery-hour";

    public bool TryParse(ReadOnlySpan<byte> canonicalBytes, [NotNullWhen(true)] out Instrument? instrument)
    {
        instrument = null;
        var reader = new CanonicalReader(canonicalBytes);
        var profile = default(Hash256);
        var start = 0L;
        while (reader.Next())
        {
            if (reader.Field == 1 && Hash256.TryFromBytes(reader.Bytes(), out var hash)) profile = hash;
            else if (reader.Field == 2) start = reader.Integer();
            else return false;
        }

        var parsed = new DeliveryHour(new ProfileId(profile), start);
        if (reader.Failed || profile.IsZero || start % 3_600_000 != 0 || !parsed.CanonicalBytes.Span.SequenceEqual(canonicalBytes)) return false;
        instrument = parsed;
        return true;
    }
}
