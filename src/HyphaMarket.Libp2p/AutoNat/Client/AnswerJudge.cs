using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Multiformats;
using ResponseStatus = HyphaMarket.Libp2p.AutoNat.Messages.DialResponse.Types.ResponseStatus;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>Compares what a server says with what happened. No I/O.</summary>
internal static class AnswerJudge
{
    /// <param name="addresses">As they were asked about.</param>
    /// <param name="dialBack">Our end of the connection on which the dial-back came; null where none came.</param>
    public static ProbeResult Judge(DialResponse answer, IReadOnlyList<Multiaddr> addresses, Multiaddr? dialBack)
    {
        if (answer.Status == ResponseStatus.EDialRefused) return new ProbeResult(ProbeOutcome.Refused);
        // "Implementations MUST discard responses with status codes they do not understand."
        if (answer.Status != ResponseStatus.Ok || answer.AddrIdx >= (uint)addresses.Count) return ProbeResult.Failed;
        var index = (int)answer.AddrIdx;
        return answer.DialStatus switch
        {
            // Without the nonce a server can say what it likes. "The client can verify the server did successfully dial an address of the same transport".
            DialStatus.Ok when dialBack is not null && IsSameTransport(addresses[index], dialBack) => new ProbeResult(ProbeOutcome.Reachable, index),
            // A dial that failed and yet came is no failure, and no proof either.
            DialStatus.EDialError when dialBack is null => new ProbeResult(ProbeOutcome.Unreachable, index),
            // E_DIAL_BACK_ERROR: the server was connected, as it says, and something else went wrong: nothing follows from it.
            _ => ProbeResult.Failed,
        };
    }

    private static bool IsSameTransport(Multiaddr asked, Multiaddr local) =>
        NetworkAddress.TryFrom(asked, out var wanted) && NetworkAddress.TryFrom(local, out var got) && wanted.Shape == got.Shape;
}
