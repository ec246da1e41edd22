using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Contracts;

/// <summary>One thing that happened, flat so that a line of it can be filtered with ordinary tools: GET /v1/events.</summary>
/// <remarks>Absent fields do not apply. Ids are hexadecimal, peers base58; prices are micro-credits per minute and unit, with the text for people beside.</remarks>
public sealed record NodeEvent
{
    /// <summary>Ascending by one in one run of the daemon; 0 before the hub took it.</summary>
    public long Seq { get; init; }
    public DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="NodeEventKind"/>.</summary>
    public required string Event { get; init; }

    /// <summary>Which node of a devnet tells it; absent in a daemon's own stream.</summary>
    public string? Node { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>Stable code of a warning or refusal.</summary>
    public string? Reason { get; init; }
    public string? Hint { get; init; }
    public long? Slot { get; init; }
    public string? Market { get; init; }
    public string? Profile { get; init; }
    public string? Order { get; init; }

    /// <summary><c>bid</c> or <c>ask</c>: of <see cref="Order"/>.</summary>
    public string? Side { get; init; }

    /// <summary>The new state of the order or lease.</summary>
    public string? State { get; init; }
    public int? Quantity { get; init; }
    public string? Match { get; init; }
    public string? Lease { get; init; }

    public string? Price => Text(PriceMicros);
    public string? Bid => Text(BidMicros);
    public string? Ask => Text(AskMicros);
    public long? PriceMicros { get; init; }
    public long? BidMicros { get; init; }
    public long? AskMicros { get; init; }

    /// <summary>The seller's peer id.</summary>
    public string? Worker { get; init; }

    /// <summary>The buyer's peer id.</summary>
    public string? Scheduler { get; init; }

    /// <summary>The peers whose votes are under the certificate.</summary>
    public IReadOnlyList<string>? Brokers { get; init; }

    /// <summary>Another peer that the event is about.</summary>
    public string? Peer { get; init; }

    /// <summary>Of a match or a lease: milliseconds from the making of this node's order to it.</summary>
    public long? ElapsedMs { get; init; }

    /// <summary>Bytes that came back through a lease's tunnel.</summary>
    public long? Bytes { get; init; }

    private static string? Text(long? micros) => micros is { } value ? CreditText.PerMinute(value) : null;
}
