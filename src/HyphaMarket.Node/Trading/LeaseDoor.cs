using Google.Protobuf;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

/// <summary>Who may use this node's machine through a lease: its buyer, while it runs.</summary>
internal static class LeaseDoor
{
    /// <summary>Null where the asker may.</summary>
    public static async Task<SettleRefusal?> JudgeAsync(TraderRoom room, ByteString lease, ParticipantId from, Instant now, CancellationToken cancellationToken)
    {
        if (!RecordId.TryFromBytes(lease.Span, out var id)) return new SettleRefusal { Code = SettleRefusalCodes.UnknownLease, Detail = "The lease's id is malformed." };
        var until = await room.ReadAsync<Instant?>((_, settlement) => settlement.Leases.Find(id) is { Role: LeaseRole.Seller } found && found.Match.Buyer == from ? found.EffectiveEnd : null, cancellationToken);
        // To a stranger a lease of others is no lease.
        if (until is not { } end) return new SettleRefusal { Code = SettleRefusalCodes.UnknownLease, Detail = "You hold no such lease here." };
        return end <= now ? new SettleRefusal { Code = SettleRefusalCodes.LeaseEnded, Detail = "The lease has ended." } : null;
    }
}
