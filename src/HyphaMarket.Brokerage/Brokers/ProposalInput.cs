using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

/// <summary>One offer in a proposal's input, with what its proposer holds to be free.</summary>
internal sealed record ProposalInput(OfferId Offer, int FreeQuantity, IReadOnlyList<ParticipantId> FilledOwners)
{
    /// <summary>A distinct offer has at most as many counterparties as units.</summary>
    private const int MaxFilledOwners = 1024;

    public static bool TryParse(InputEntry entry, [NotNullWhen(true)] out ProposalInput? input)
    {
        input = null;
        if (!OfferId.TryFromBytes(entry.Offer.Span, out var offer) || entry.FreeQuantity is 0 or > int.MaxValue) return false;
        if (entry.FilledOwners.Count > MaxFilledOwners) return false;
        var owners = new ParticipantId[entry.FilledOwners.Count];
        for (var i = 0; i < owners.Length; i++)
        {
            if (!ParticipantId.TryFromBytes(entry.FilledOwners[i].Span, out owners[i])) return false;
            if (i > 0 && owners[i - 1] >= owners[i]) return false;
        }

        input = new ProposalInput(offer, (int)entry.FreeQuantity, owners);
        return true;
    }

    public InputEntry ToEntry()
    {
        var entry = new InputEntry { Offer = Offer.Value.ToByteString(), FreeQuantity = (uint)FreeQuantity };
        entry.FilledOwners.AddRange(FilledOwners.Select(owner => ByteString.CopyFrom(owner.Span)));
        return entry;
    }
}
