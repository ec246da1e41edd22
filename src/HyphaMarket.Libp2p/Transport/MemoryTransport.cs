using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Transport;

/// <summary>Connections within one process, for tests: addresses are <c>/dns/NAME.memory/tcp/PORT</c> of one shared instance.</summary>
public sealed class MemoryTransport : ITransport
{
    private const string Suffix = ".memory";

    /// <summary>Connections that may wait to be accepted, as a socket's backlog.</summary>
    private const int Backlog = 128;

    private readonly ConcurrentDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);

    public bool CanDial(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.TryGetTcpDnsEndPoint(out var name) && IsMemoryName(name.Host);
    }

    public async ValueTask<TransportConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var key = KeyOf(address);
        if (!_listeners.TryGetValue(key, out var listener)) throw new IOException("nobody listens there");
        var (near, far) = MemoryDuplex.CreatePair();
        var here = Multiaddr.Parse("/dns/dialler.memory/tcp/1");
        var there = Multiaddr.Parse(key);
        try
        {
            await listener.Incoming.Writer.WriteAsync(new TransportConnection(far, there, here, IPAddress.Loopback), cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new IOException("nobody listens there any more", exception);
        }
        return new TransportConnection(near, here, there, IPAddress.Loopback);
    }

    public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        var key = KeyOf(address);
        var listener = new Listener(this, key);
        if (!_listeners.TryAdd(key, listener)) throw new IOException($"{address} cannot be listened on: the port is in use.");
        return new ValueTask<ITransportListener>(listener);
    }

    internal static bool IsMemoryName(string host) => host.EndsWith(Suffix, StringComparison.Ordinal);

    private static string KeyOf(Multiaddr address) => address.WithoutPeer().ToString();

    private sealed class Listener(MemoryTransport transport, string key) : ITransportListener
    {
        public Channel<TransportConnection> Incoming { get; } = Channel.CreateBounded<TransportConnection>(Backlog);

        public IReadOnlyList<Multiaddr> GetAddresses() => [Multiaddr.Parse(key)];

        public async ValueTask<TransportConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            while (await Incoming.Reader.WaitToReadAsync(cancellationToken))
            {
                if (Incoming.Reader.TryRead(out var connection)) return connection;
            }
            return null;
        }

        public ValueTask DisposeAsync()
        {
            transport._listeners.TryRemove(new KeyValuePair<string, Listener>(key, this));
            Incoming.Writer.TryComplete();
            while (Incoming.Reader.TryRead(out var connection)) connection.Channel.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
