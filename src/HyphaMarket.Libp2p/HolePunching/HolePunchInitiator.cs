using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>The side that leads: it took the relayed connection, asks, measures and says when. No I/O.</summary>
/// <remarks>Each attempt: <see cref="TryBegin"/>, send connect, <see cref="OnConnect"/>, send sync, wait <see cref="DialDelay"/>, dial <see cref="PeerAddresses"/>.</remarks>
internal sealed class HolePunchInitiator(HolePunchOptions options)
{
    private TimeSpan _sent;
    private bool _awaiting;

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>"the RTT measured from the time between sending the initial Connect and receiving the response".</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>"starts a timer for half the RTT": the sync takes as long to arrive, so both dial at once.</summary>
    public TimeSpan DialDelay => RoundTrip / 2;

    /// <summary>Where the peer may be found.</summary>
    public IReadOnlyList<Multiaddr> PeerAddresses { get; private set; } = [];

    /// <summary>A connect message is about to leave, for the first time or "on failure [...] reusing the same stream".</summary>
    /// <returns>False where all attempts were made.</returns>
    public bool TryBegin(TimeSpan now)
    {
        if (Attempts >= options.MaxAttempts) return false;
        Attempts++;
        BeginAnew(now);
        return true;
    }

    /// <summary>The connect message of this attempt leaves once more, on another stream.</summary>
    public void BeginAnew(TimeSpan now)
    {
        _sent = now;
        _awaiting = true;
    }

    /// <summary>The answer came.</summary>
    /// <exception cref="InvalidDataException">It is no connect message, was not asked for, or names no address that may be dialled.</exception>
    public void OnConnect(TimeSpan now, HolePunchMessage message)
    {
        if (!_awaiting || message.Type != HolePunchMessageType.Connect) throw new InvalidDataException("Something else than a connect message came.");
        _awaiting = false;
        // A new measurement each time: "a flawed RTT measurement on the first attempt" must not spoil the others.
        RoundTrip = now - _sent;
        PeerAddresses = PunchableAddresses.Select(message.Addresses, options);
        if (PeerAddresses.Count == 0) throw new InvalidDataException("The peer named no address that may be dialled.");
    }
}
