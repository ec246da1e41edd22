using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.AutoNat.Client;

/// <summary>The nonces that dial-backs are awaited for, and where they came. No I/O.</summary>
/// <remarks>"Clients SHOULD only rely on the nonce and not on the peerID for verifying the dial back".</remarks>
internal sealed class DialBackTable
{
    private readonly Dictionary<ulong, Awaited> _awaited = [];

    /// <summary>Dial-backs awaited.</summary>
    public int Count => _awaited.Count;

    /// <summary>A request with this nonce is about to leave; <see cref="Complete"/> ends the wait.</summary>
    /// <returns>False where the nonce is in use already.</returns>
    public bool Expect(TimeSpan now, ulong nonce) => _awaited.TryAdd(nonce, new Awaited(now));

    /// <summary>Takes in a dial-back.</summary>
    /// <param name="connection">Where it came.</param>
    /// <returns>True where it proves something and is answered; else the stream is reset.</returns>
    public bool OnDialBack(TimeSpan now, ulong nonce, ConnectionInfo connection)
    {
        // "If the nonce is different, it MUST discard this response." A nonce that was told before is a replay.
        if (!_awaited.TryGetValue(nonce, out var awaited) || awaited.Local is not null) return false;
        // Only a new connection that the other side made to us shows that we can be dialled: one that we made, one that was there before the request,
        // or one over a relay could carry any nonce.
        if (connection.Direction != ConnectionDirection.Inbound || connection.IsLimited || connection.Age > now - awaited.Since) return false;
        if (connection.LocalAddress is not { } local) return false;
        awaited.Local = local;
        return true;
    }

    /// <summary>Ends the wait.</summary>
    /// <returns>Our end of the connection on which the dial-back came; null where none came.</returns>
    public Multiaddr? Complete(ulong nonce) => _awaited.Remove(nonce, out var awaited) ? awaited.Local : null;

    private sealed class Awaited(TimeSpan since)
    {
        public TimeSpan Since => since;

        public Multiaddr? Local { get; set; }
    }
}
