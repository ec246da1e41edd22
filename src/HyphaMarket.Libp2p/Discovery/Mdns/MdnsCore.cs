using System.Text;
using HyphaMarket.Libp2p.Discovery.Dns;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Discovery.Mdns;

/// <summary>One node's part in multicast DNS: asks for peers, answers who asks, and tells of the peers that answer. Has no sockets and no clock.</summary>
/// <remarks>
/// Source: libp2p/specs discovery/mdns.md; RFC 6762 for the manners on the link. Anybody on the link can claim anything: what is found is hearsay, and the secure
/// channel of a later connection is what tells who is there.
/// </remarks>
internal sealed class MdnsCore
{
    /// <summary>The longest packet sent: what fits an Ethernet frame beside the headers of IPv6 and UDP, so that no fragment can be lost.</summary>
    public const int MaxPacket = 1_452;

    private const string Entry = "dnsaddr=";

    /// <summary>Peers taken from one packet; a peer answers for itself.</summary>
    private const int MaxPeersPerPacket = 8;

    private static readonly DnsName s_services = DnsName.Parse("_services._dns-sd._udp.local");

    private readonly PeerId _own;
    private readonly MdnsOptions _options;
    private readonly Random _random;
    private readonly DnsName _service;
    private readonly DnsName _instance;
    private readonly Queue<MdnsEffect> _effects = [];
    private readonly Dictionary<PeerId, Neighbour> _neighbours = [];
    private IReadOnlyList<Multiaddr> _addresses = [];
    private TimeSpan _nextQuery = TimeSpan.Zero;
    private TimeSpan _interval;
    private TimeSpan? _nextResponse;
    private TimeSpan _responseAllowed = TimeSpan.Zero;
    private bool _tellsServices;
    private TimeSpan _windowStart = TimeSpan.Zero;
    private int _windowPackets;

    /// <param name="own">This node, which its own answers are not news to.</param>
    /// <param name="peerName">"Peers SHOULD generate a random, lower-case alphanumeric string of at least 32 characters": a name that says nothing and meets no other.</param>
    /// <param name="random">For the small delays that keep answers apart.</param>
    public MdnsCore(PeerId own, string peerName, MdnsOptions options, Random random)
    {
        _own = own;
        _options = options;
        _random = random;
        _interval = options.FirstInterval;
        _service = DnsName.Parse(options.ServiceName);
        _instance = DnsName.Parse($"{peerName}.{options.ServiceName}");
    }

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public TimeSpan NextTimer => _nextResponse < _nextQuery ? _nextResponse.Value : _nextQuery;

    /// <summary>Peers remembered.</summary>
    public int Neighbours => _neighbours.Count;

    /// <summary>The addresses to answer with. New ones are announced without being asked for.</summary>
    public void SetAddresses(TimeSpan now, IReadOnlyList<Multiaddr> addresses)
    {
        if (addresses.SequenceEqual(_addresses)) return;
        _addresses = addresses;
        ScheduleResponse(now);
    }

    public void OnTimer(TimeSpan now)
    {
        if (now >= _nextQuery)
        {
            _effects.Enqueue(new MdnsSend(DnsMessage.MulticastQuery(new DnsQuestion(_service, DnsType.Ptr))));
            _nextQuery = now + _interval;
            _interval = _interval * 2 < _options.MaxInterval ? _interval * 2 : _options.MaxInterval;
        }
        if (_nextResponse > now || _nextResponse is null) return;
        _nextResponse = null;
        _responseAllowed = now + _options.ResponseSpacing;
        if (Response(_options.TimeToLive) is { } response) _effects.Enqueue(new MdnsSend(response));
        if (_tellsServices) _effects.Enqueue(new MdnsSend(DnsMessage.MulticastResponse([DnsRecord.Pointer(s_services, _service, _options.TimeToLive)], [])));
        _tellsServices = false;
    }

    /// <summary>A packet came from the link. Malformed ones, and those beyond the rate, are nothing.</summary>
    public void OnPacket(TimeSpan now, ReadOnlySpan<byte> packet)
    {
        if (now - _windowStart >= TimeSpan.FromSeconds(1)) (_windowStart, _windowPackets) = (now, 0);
        if (++_windowPackets > _options.MaxPacketsPerSecond) return;
        if (!DnsMessage.TryParse(packet, out var message)) return;
        if (message!.IsResponse) Learn(now, message);
        else Answer(now, message);
    }

    /// <summary>Takes out what is to be done.</summary>
    public bool TryTake(out MdnsEffect? effect) => _effects.TryDequeue(out effect);

    /// <summary>Says that this node is leaving: "a goodbye packet, giving the same resource record name, rdata, etc., but an RR TTL value of zero". Null where it never answered.</summary>
    public ReadOnlyMemory<byte>? Goodbye() => Response(TimeSpan.Zero) is { } response ? response : default(ReadOnlyMemory<byte>?);

    private void Answer(TimeSpan now, DnsMessage query)
    {
        foreach (var question in query.Questions)
        {
            var isPointer = question.Type is DnsType.Ptr or DnsType.Any;
            if (isPointer && question.Name.Equals(s_services)) _tellsServices = true;
            // Browsers that overlooked the additional records ask for the texts by themselves.
            else if (!(isPointer && question.Name.Equals(_service)) && !(question.Type is DnsType.Txt or DnsType.Any && question.Name.Equals(_instance))) continue;
            ScheduleResponse(now);
        }
    }

    /// <summary>"Each responder SHOULD delay its response by a random amount of time selected with uniform random distribution in the range 20-120 ms." One answer serves all who asked meanwhile.</summary>
    private void ScheduleResponse(TimeSpan now)
    {
        if (_nextResponse is not null) return;
        var soon = now + TimeSpan.FromMilliseconds(_random.Next(20, 121));
        _nextResponse = soon > _responseAllowed ? soon : _responseAllowed;
    }

    private byte[]? Response(TimeSpan timeToLive)
    {
        var pointer = DnsRecord.Pointer(_service, _instance, timeToLive);
        var room = MaxPacket - 12 - DnsMessage.SizeOf(pointer) - DnsMessage.SizeOf(DnsRecord.Text(_instance, [], timeToLive));
        var texts = new List<ReadOnlyMemory<byte>>();
        foreach (var address in _addresses)
        {
            var text = Encoding.ASCII.GetBytes($"{Entry}{address.WithPeer(_own)}");
            // An address that does not fit must not hide the shorter ones behind it.
            if (text.Length > DnsMessage.MaxText || 1 + text.Length > room) continue;
            room -= 1 + text.Length;
            texts.Add(text);
        }
        return texts.Count == 0 ? null : DnsMessage.MulticastResponse([pointer], [DnsRecord.Text(_instance, texts, timeToLive)]);
    }

    private void Learn(TimeSpan now, DnsMessage response)
    {
        var pointers = response.Records.Where(record => record.Type == DnsType.Ptr && record.Name.Equals(_service) && record.Target!.IsBelow(_service) && !record.Target.Equals(_instance));
        foreach (var pointer in pointers.Take(MaxPeersPerPacket))
        {
            var texts = response.Records.Where(record => record.Type == DnsType.Txt && record.Name.Equals(pointer.Target)).SelectMany(record => record.Texts);
            foreach (var peer in texts.Select(Address).OfType<Multiaddr>().GroupBy(Named).Take(MaxPeersPerPacket))
            {
                if (peer.Key.IsDefault || peer.Key == _own) continue;
                if (pointer.Ttl == TimeSpan.Zero) _neighbours.Remove(peer.Key);
                else Tell(now, peer.Key, [.. peer.Select(address => address.WithoutPeer()).Distinct().Take(_options.MaxAddressesPerPeer)], pointer.Ttl);
            }
        }
    }

    private void Tell(TimeSpan now, PeerId peer, IReadOnlyList<Multiaddr> addresses, TimeSpan timeToLive)
    {
        var known = _neighbours.GetValueOrDefault(peer);
        if (known is not null && now < known.Renews && known.Addresses.SequenceEqual(addresses)) return;
        if (known is null && _neighbours.Count >= _options.MaxPeers && !MakeRoom(now)) return;
        // A stranger's idea of how long he is to be remembered counts up to ours.
        var life = timeToLive < _options.TimeToLive ? timeToLive : _options.TimeToLive;
        _neighbours[peer] = new Neighbour(addresses, now + (life / 2), now + life);
        _effects.Enqueue(new MdnsFound(peer, addresses));
    }

    private bool MakeRoom(TimeSpan now)
    {
        foreach (var (peer, _) in _neighbours.Where(pair => pair.Value.Expires <= now).ToArray()) _neighbours.Remove(peer);
        return _neighbours.Count < _options.MaxPeers;
    }

    /// <summary>The address in a text; null where there is none, or where it is no address of an IP network: a name would have us ask servers about it.</summary>
    private static Multiaddr? Address(ReadOnlyMemory<byte> text) =>
        Encoding.ASCII.GetString(text.Span) is var letters && letters.StartsWith(Entry, StringComparison.Ordinal) && Multiaddr.TryParse(letters[Entry.Length..], out var address)
        && (address.Components[0].Protocol == MultiaddrProtocol.Ip4 || address.Components[0].Protocol == MultiaddrProtocol.Ip6) ? address : null;

    private static PeerId Named(Multiaddr address) => address.TryGetPeer(out var peer) ? peer : default;

    private sealed record Neighbour(IReadOnlyList<Multiaddr> Addresses, TimeSpan Renews, TimeSpan Expires);
}
