using System.Threading.Channels;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>The local network, as far as multicast DNS goes.</summary>
internal interface IMdnsLink : IAsyncDisposable
{
    /// <summary>The packets that came, from the link itself only; bounded, and where the reader is behind the newest are dropped.</summary>
    ChannelReader<byte[]> Packets { get; }

    /// <summary>Opens the sockets, the first time, and joins the interfaces that have come since.</summary>
    /// <exception cref="IOException">Neither IPv4 nor IPv6 can be spoken.</exception>
    void Refresh();

    /// <summary>Sends a packet to the group on every interface. One that refuses it does not keep it from the others.</summary>
    Task SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);
}
