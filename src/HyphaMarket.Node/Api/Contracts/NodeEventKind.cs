namespace HyphaMarket.Node.Api.Contracts;

/// <summary>The kinds of events.</summary>
public static class NodeEventKind
{
    /// <summary>The daemon listens; <c>peer</c> is itself.</summary>
    public const string Started = "started";

    /// <summary>An own order changed its state.</summary>
    public const string Order = "order";

    /// <summary>A fill of an own order was certified.</summary>
    public const string Matched = "matched";

    /// <summary>A lease was opened, with all that a trade is: slot, profile, prices, parties, brokers.</summary>
    public const string Lease = "lease";

    /// <summary>A lease was opened and bytes went through it and back; the devnet's own event.</summary>
    public const string Trade = "trade";
    public const string LeaseRenewed = "lease-renewed";
    public const string LeaseEnded = "lease-ended";

    /// <summary>A usage receipt was co-signed.</summary>
    public const string Receipt = "receipt";

    /// <summary>A match came to nothing, and the order is back in the book or dropped.</summary>
    public const string Released = "released";

    /// <summary>This node became or ceased to be a broker of a market.</summary>
    public const string Broker = "broker";

    /// <summary>A slot that this broker took part in was certified.</summary>
    public const string Certified = "certified";

    /// <summary>Something an operator should know, with reason and hint.</summary>
    public const string Warning = "warning";

    /// <summary>Events between the last one and the next are gone: the watcher came back too late, or the daemon was restarted.</summary>
    public const string Gap = "gap";

    /// <summary>This watcher read too slowly and the stream ends; resume after the last sequence seen.</summary>
    public const string Lagged = "lagged";
}
