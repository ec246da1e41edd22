using System.Net;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>Servers and deadlines of a <see cref="DnsTxtResolver"/>.</summary>
public sealed record DnsOptions
{
    /// <summary>The servers to ask, in order; null for those of <c>/etc/resolv.conf</c>, read at each lookup because networks change.</summary>
    public IReadOnlyList<IPEndPoint>? Servers { get; init; }

    /// <summary>How long one server has for one question, over UDP and, where the answer was cut short, again over TCP. Resolvers nearby answer from far away within a second.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the whole list is asked, since UDP loses packets.</summary>
    public int Rounds { get; init; } = 2;

    /// <exception cref="ArgumentException">A bound is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ServerTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Rounds, 10);
    }
}
