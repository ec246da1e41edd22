using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Traders;

/// <summary>A record on its way to all n brokers: who took it, who refused, when the others are asked again.</summary>
internal sealed class Submission
{
    public HashSet<ParticipantId> Receipts { get; } = [];
    public Dictionary<ParticipantId, Refusal> Refusals { get; } = [];
    public HashSet<ParticipantId> UnderWay { get; } = [];
    public Instant? RetryAt { get; set; }

    /// <summary>How often it was sent to those who had not answered, or brokers were looked for.</summary>
    public int Rounds { get; set; }

    /// <summary>No broker set is known yet: it goes out as soon as one is.</summary>
    public bool WaitsForBrokers { get; set; }
}
