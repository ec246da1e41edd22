using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Instruments;

/// <summary>One unit of a compute profile, from now on. Its market id is the profile's id: the RFC's rule.</summary>
public sealed class SpotInstrument(ProfileAttributes profile, string? name = null) : Instrument
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "spot";

    private readonly byte[] _canonicalBytes = profile.ToCanonicalBytes();

    public SpotInstrument(ComputeProfile profile) : this(profile.Requirement, profile.Name)
    {
    }

    public ProfileAttributes Profile { get; } = profile;
    public ProfileId ProfileId => new(Market.Value);
    public override string Kind => KindName;
    public override string Tag => ProfileAttributes.Tag;
    public override ReadOnlyMemory<byte> CanonicalBytes => _canonicalBytes;
    public override string Description => name ?? $"profile {Market}";
}
