using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.HolePunching;

/// <summary>The side that made the relayed connection: it answers, and dials on the word. No I/O.</summary>
internal sealed class HolePunchResponder(HolePunchOptions options)
{
    private int _attempts;
    private bool _connected;

    /// <summary>Where the peer may be found; may be empty, for it may still reach us.</summary>
    public IReadOnlyList<Multiaddr> PeerAddresses { get; private set; } = [];

    /// <summary>Takes in a message.</summary>
    /// <returns>True where it is time to dial; false where a connect message is to be sent back.</returns>
    /// <exception cref="InvalidDataException">The message is out of turn, or one attempt too many.</exception>
    public bool OnMessage(HolePunchMessage message)
    {
        if (message.Type == HolePunchMessageType.Connect)
        {
            if (_connected) throw new InvalidDataException("A second connect message came before a sync.");
            if (++_attempts > options.MaxAttempts) throw new InvalidDataException($"The peer wants more than {options.MaxAttempts} attempts.");
            _connected = true;
            PeerAddresses = PunchableAddresses.Select(message.Addresses, options);
            return false;
        }
        if (!_connected) throw new InvalidDataException("A sync came before a connect message.");
        _connected = false;
        return true;
    }
}
