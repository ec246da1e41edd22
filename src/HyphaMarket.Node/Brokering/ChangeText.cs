using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Brokering;

/// <summary>A change of a broker set in words.</summary>
internal static class ChangeText
{
    public static string Of(EpochConfig set, EpochConfig next, ParticipantId me)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(next);
        if (next.Kind == EpochKind.Interregnum) return $"interregnum of {next.Members.Count}: the set of epoch {set.Epoch} is gone";
        var (goes, comes) = (Names(set, next, me), Names(next, set, me));
        return string.Join("; ", new[] { goes.Length > 0 ? $"{goes} goes" : "", comes.Length > 0 ? $"{comes} comes" : "" }.Where(part => part.Length > 0));
    }

    private static string Names(EpochConfig these, EpochConfig butThose, ParticipantId me) =>
        string.Join(", ", these.Members.Where(member => butThose.IndexOf(member.Peer) < 0).Select(member => member.Peer == me ? "this node" : member.Peer.ToText()));
}
