namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The side of multistream-select that answers proposals. No I/O.</summary>
internal sealed class ListenerNegotiation
{
    private readonly Func<string, bool> _speaks;
    private bool _headerDue = true;
    private bool _agreementDue;
    private int _refusalsDue;
    private bool _headerSeen;
    private int _refused;

    /// <param name="speaks">True for the protocols spoken here.</param>
    public ListenerNegotiation(Func<string, bool> speaks) => _speaks = speaks;

    /// <summary>The protocol agreed on, or null so far.</summary>
    public string? Selected { get; private set; }

    /// <summary>Takes the next message to send: the header, then the answers in the order of the proposals, of which an agreement is the last.</summary>
    public bool TryTake(out string message)
    {
        message = _headerDue ? MultistreamMessage.Header : _refusalsDue > 0 ? MultistreamMessage.NotAvailable : Selected ?? "";
        if (_headerDue) _headerDue = false;
        else if (_refusalsDue > 0) _refusalsDue--;
        else if (_agreementDue) _agreementDue = false;
        else return false;
        return true;
    }

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
            _agreementDue = true;
            return;
        }
        // A request for the list (ls) is refused like an unknown protocol: identify tells the protocols, to peers that are known.
        if (++_refused > Multistream.MaxProposals) throw new NegotiationException($"The peer proposed {_refused} protocols that are not spoken here.");
        _refusalsDue++;
    }
}
