using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>Follows <c>/dnsaddr/NAME</c> to the addresses that the name's TXT records hold.</summary>
/// <remarks>Source: libp2p/specs addressing/README.md, "dnsaddr Links".</remarks>
public sealed class DnsAddrResolver
{
    private const string Entry = "dnsaddr=";

    private readonly IDnsTxtResolver _dns;
    private readonly DnsAddrOptions _options;
    private readonly TimeProvider _time;

    /// <param name="dns">Null for the system's servers.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="time">The clock of the deadline; null for the system's.</param>
    public DnsAddrResolver(IDnsTxtResolver? dns = null, DnsAddrOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new DnsAddrOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
        _dns = dns ?? new DnsTxtResolver(time: _time);
    }

    /// <summary>Whether an address is one to follow.</summary>
    public static bool Follows(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Components[0].Protocol == MultiaddrProtocol.DnsAddr;
    }

    /// <summary>The addresses that an address leads to, none of them <c>/dnsaddr</c> any more, each once; an address of another kind leads to itself.</summary>
    /// <remarks>
    /// What follows the name must be how an entry ends: <c>/dnsaddr/example.org/p2p/QmA</c> leads to the addresses of QmA alone, and without a peer to those of
    /// every peer there.
    /// </remarks>
    /// <exception cref="IOException">Nothing was found; the message says why.</exception>
    public async Task<IReadOnlyList<Multiaddr>> ResolveAsync(Multiaddr address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var found = new List<Multiaddr>();
        var asked = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var failure = $"{address} has no entry that can be used";
        var waiting = new Queue<(Multiaddr Address, int Depth)>([(address, 0)]);
        while (waiting.TryDequeue(out var next) && found.Count < _options.MaxAddresses)
        {
            if (!Follows(next.Address))
            {
                if (!found.Contains(next.Address)) found.Add(next.Address);
                continue;
            }
            // Names that lead in a circle are asked once.
            if (next.Depth >= _options.MaxDepth || asked.Count >= _options.MaxLookups || !asked.Add(next.Address.ToString())) continue;
            try
            {
                foreach (var entry in await LookUpAsync(next.Address, either.Token)) waiting.Enqueue((entry, next.Depth + 1));
            }
            catch (IOException exception)
            {
                failure = exception.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // What was found until then is used; lookups that are still waiting fail at once.
                failure = $"{address} was not resolved within {_options.Timeout.TotalSeconds:0.###} s";
            }
        }
        return found.Count > 0 ? found : throw new IOException(failure);
    }

    /// <summary>"Resolving /dnsaddr/libp2p.io will perform a TXT lookup for _dnsaddr.libp2p.io."</summary>
    private async Task<IEnumerable<Multiaddr>> LookUpAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var rest = address.Components.Skip(1).ToArray();
        var texts = await _dns.ResolveAsync($"_dnsaddr.{address.Components[0].Text}", cancellationToken);
        return texts
            .Where(text => text.StartsWith(Entry, StringComparison.Ordinal))
            .Select(text => Multiaddr.TryParse(text[Entry.Length..], out var entry) ? entry : null)
            .OfType<Multiaddr>()
            .Where(entry => EndsWith(entry, rest))
            .Take(_options.MaxAddresses);
    }

    private static bool EndsWith(Multiaddr entry, IReadOnlyList<MultiaddrComponent> rest) =>
        entry.Components.Count >= rest.Count
        && entry.Components.Skip(entry.Components.Count - rest.Count).Zip(rest).All(pair => pair.First.Protocol == pair.Second.Protocol && pair.First.Value.Span.SequenceEqual(pair.Second.Value.Span));
}
