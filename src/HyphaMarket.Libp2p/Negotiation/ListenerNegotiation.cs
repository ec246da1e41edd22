namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The side of multistream-select that answers proposals. No I/O.</summary>
internal sealed class ListenerNegotiation
{
    private readonly Func<string, bool> _speaks;
    private readonly Queue<string> _outgoing = new();
    private bool _headerSeen;
    private int _refused;

    /// <param name="speaks">True for the protocols spoken here.</param>
    public ListenerNegotiation(Func<string, bool> speaks)
    {
        _speaks = speaks;
        _outgoing.Enqueue(MultistreamMessage.Header);
    }

    /// <summary>The protocol agreed on, or null so far.</summary>
    public string? Selected { get; private set; }

    /// <summary>Takes the next message to send.</summary>
    public bool TryTake(out string message) => _outgoing.TryDequeue(out message!);

    /// <summary>The peer's next message.</summary>
    /// <exception cref="NegotiationException">It is not what the protocol allows here, or one proposal too many.</exception>
    public void OnMessage(string message)
    {
        if (Selected is not null) throw new InvalidOperationException("The negotiation is finished.");
        if (!_headerSeen)
        {
            if (message != MultistreamMessage.Header) throw new NegotiationException("The peer does not speak multistream-select 1.0.");
            _headerSeen = true;
            return;
        }
        if (MultistreamMessage.IsProtocolId(message) && _speaks(message))
        {
            Selected = message;
            _outgoing.Enqueue(message);
            return;
        }
        // A request for the list (ls) is refused like an unknown protocol: identify tells the protocols, to peers that are known.
        if (++_refused > Multistream.MaxProposals) throw new NegotiationException($"The peer proposed {_refused} protocols that are not spoken here.");
        _outgoing.Enqueue(MultistreamMessage.NotAvailable);
    }
}
