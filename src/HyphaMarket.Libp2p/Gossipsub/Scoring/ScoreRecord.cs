using System.Net;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>What the score knows of one peer, connected or remembered.</summary>
internal sealed class ScoreRecord(PeerId id)
{
    public PeerId Id { get; } = id;

    /// <summary>The topics that it did anything in; blank ones are forgotten at the decay.</summary>
    public Dictionary<string, TopicRecord> Topics { get; } = [];

    /// <summary>The address groups that it is counted in.</summary>
    public IReadOnlyList<IPAddress> Groups { get; set; } = [];

    /// <summary>The counter of P7.</summary>
    public double Behaviour { get; set; }

    /// <summary>Its score, until something changes it.</summary>
    public double? Score { get; set; }

    public bool Connected { get; set; } = true;

    /// <summary>Until when it is remembered; only of a disconnected one.</summary>
    public TimeSpan RetainedUntil { get; set; }

    /// <summary>Whether forgetting it would change nothing.</summary>
    public bool IsBlank => Behaviour == 0 && Topics.Values.All(topic => topic.IsBlank);

    public void Decay(TimeSpan now, PeerScoreParameters parameters)
    {
        Behaviour = TopicRecord.Decayed(Behaviour, parameters.BehaviourDecay, parameters.DecayToZero);
        foreach (var (name, topic) in Topics)
        {
            topic.Decay(now, parameters.DecayToZero);
            // Removal during enumeration is allowed for dictionaries.
            if (topic.IsBlank) Topics.Remove(name);
        }
        Score = null;
    }
}
