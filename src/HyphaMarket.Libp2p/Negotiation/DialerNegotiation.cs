namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>The side of multistream-select that proposes protocols, one after the other. No I/O.</summary>
internal sealed class DialerNegotiation
{
    private readonly IReadOnlyList<string> _protocols;
    private bool _headerDue = true;
    private bool _proposalDue = true;
    private int _proposed;
    private bool _headerSeen;

    /// <param name="protocols">What to propose, in this order.</param>
    /// <exception cref="ArgumentException">The list is empty, too long, or holds what is no protocol id.</exception>
    public DialerNegotiation(IReadOnlyList<string> protocols)
    {
        if (protocols.Count is 0 or > Multistream.MaxProposals) throw new ArgumentException($"Between 1 and {Multistream.MaxProposals} protocols can be proposed.", nameof(protocols));
        for (var i = 0; i < protocols.Count; i++)
        {
            if (!MultistreamMessage.IsProtocolId(protocols[i])) throw new ArgumentException("A protocol id is empty, too long, or holds a newline.", nameof(protocols));
        }
        _protocols = protocols;
    }

    /// <summary>The protocol agreed on, or null.</summary>
    public string? Selected { get; private set; }

    /// <summary>True when a protocol was agreed on, or the peer refused them all.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Takes the next message to send.</summary>
    /// <remarks>"Both sides may send the initial multistream protocol id simultaneously, without waiting to receive data from the other side."</remarks>
    public bool TryTake(out string message)
    {
        message = _headerDue ? MultistreamMessage.Header : _protocols[_proposed < _protocols.Count ? _proposed : 0];
        if (_headerDue) _headerDue = false;
        else if (_proposalDue) _proposalDue = false;
        else return false;
        return true;
    }

    /// <summary>The peer's next message.</summary>
    /// <exception cref="NegotiationException">It is not what the protocol allows here.</exception>
    public void OnMessage(string message)
    {
        if (IsFinished) throw new InvalidOperationException("The negotiation is finished.");
        if (!_headerSeen)
        {
            // "If either side receives anything other than the multistream protocol id as the first message, they abort the negotiation process."
            if (message != MultistreamMessage.Header) throw new NegotiationException("The peer does not speak multistream-select 1.0.");
            _headerSeen = true;
            return;
        }
        if (message == _protocols[_proposed])
        {
            Selected = message;
            IsFinished = true;
            return;
        }
        if (message != MultistreamMessage.NotAvailable) throw new NegotiationException("The peer answered a proposal with neither agreement nor refusal.");
        if (++_proposed == _protocols.Count) IsFinished = true;
        else _proposalDue = true;
    }
}
