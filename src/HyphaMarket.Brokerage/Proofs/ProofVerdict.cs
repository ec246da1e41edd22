using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Proofs;

/// <summary>What checking a proof gave. Everything but <see cref="Fault"/> says what was checked so far, and is to be believed only without a fault.</summary>
public sealed record ProofVerdict
{
    /// <summary>Null where the proof holds.</summary>
    public ProofFault? Fault { get; init; }
    public bool IsVerified => Fault is null;

    /// <summary>The network's parameters; they are whatever the proof says, and its id is theirs.</summary>
    public NetworkParameters? Network { get; init; }
    public NetworkId NetworkId { get; init; }

    /// <summary>The broker sets of the proof, oldest first; the last one voted.</summary>
    public IReadOnlyList<EpochConfig> Configs { get; init; } = [];

    /// <summary>The set that was trusted before, from which signatures lead to the one that voted; null: the proof says only what its members signed.</summary>
    public EpochConfig? Anchor { get; init; }
    public SlotResult? Result { get; init; }
    public FillBody? Fill { get; init; }
    public Hash256 Match { get; init; }

    /// <summary>Whose votes are under the certificate.</summary>
    public IReadOnlyList<ParticipantId> Voters { get; init; } = [];

    /// <summary>The offers of the slot from which the result was recomputed; 0 where the proof has no input.</summary>
    public int RecomputedFrom { get; init; }
}
