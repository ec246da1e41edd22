using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace HyphaMarket.Libp2p.Discovery.Dns;

/// <summary>Asks the system's DNS servers for TXT records: over UDP, and over TCP where the answer was cut short. It caches nothing.</summary>
/// <remarks>
/// Source: RFC 1035; RFC 5452 on forged answers: each question goes out from a port of its own with a random id, and only a packet from the server asked, with
/// this id and this very question, is an answer.
/// </remarks>
public sealed class DnsTxtResolver : IDnsTxtResolver
{
    /// <summary>"Messages carried by UDP are restricted to 512 bytes"; some servers send more all the same.</summary>
    private const int MaxUdpBytes = 4096;

    /// <summary>Names that lead to other names before the texts come; servers themselves give up after about as many.</summary>
    private const int MaxAliases = 8;

    /// <summary>Packets that are no answer, passed over while waiting for the one that is.</summary>
    private const int MaxStrayPackets = 64;

    private readonly DnsOptions _options;
    private readonly TimeProvider _time;

    /// <param name="options">Null for the system's servers.</param>
    /// <param name="time">The clock of the deadlines; null for the system's.</param>
    public DnsTxtResolver(DnsOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new DnsOptions();
        _options.Validate();
        _time = time ?? TimeProvider.System;
    }

    public async Task<IReadOnlyList<string>> ResolveAsync(string name, CancellationToken cancellationToken = default)
    {
        if (!DnsName.TryParse(name, out var wanted)) throw new IOException($"'{name}' is no domain name.");
        var servers = _options.Servers ?? ResolvConf.Read();
        var failure = "no DNS server is known";
        for (var round = 0; round < _options.Rounds; round++)
        {
            foreach (var server in servers)
            {
                using var timeout = new CancellationTokenSource(_options.ServerTimeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                try
                {
                    var answer = await AskAsync(server, new DnsQuestion(wanted!, DnsType.Txt), either.Token);
                    if (answer.Code is 0 or DnsMessage.NoSuchName) return Texts(answer, wanted!);
                    failure = $"{server} refused with code {answer.Code}";
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    failure = $"{server} gave no answer within {_options.ServerTimeout.TotalSeconds:0.###} s";
                }
                catch (Exception exception) when (exception is SocketException or IOException)
                {
                    failure = $"{server}: {exception.Message}";
                }
            }
        }
        throw new IOException($"The texts of {name} could not be looked up: {failure}.");
    }

    private static async Task<DnsMessage> AskAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancellationToken)
    {
        var id = BinaryPrimitives.ReadUInt16LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ushort)));
        var query = DnsMessage.Query(id, question);
        var answer = await OverUdpAsync(server, query, id, question, cancellationToken);
        return answer.IsTruncated ? await OverTcpAsync(server, query, id, question, cancellationToken) : answer;
    }

    private static async Task<DnsMessage> OverUdpAsync(IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        // Connected, so that the system drops what comes from anybody else.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(query, cancellationToken);
        var buffer = new byte[MaxUdpBytes];
        for (var packets = 0; packets < MaxStrayPackets; packets++)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (IsAnswer(buffer.AsSpan(0, length), id, question, out var answer)) return answer!;
        }
        throw new IOException($"{MaxStrayPackets} packets came and none of them was the answer");
    }

    private static async Task<DnsMessage> OverTcpAsync(IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        // "The message is prefixed with a two byte length field."
        var prefixed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(prefixed, (ushort)query.Length);
        query.CopyTo(prefixed, 2);
        await stream.WriteAsync(prefixed, cancellationToken);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, cancellationToken);
        var bytes = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return IsAnswer(bytes, id, question, out var answer) ? answer! : throw new IOException("the answer over TCP is malformed or not to the question");
    }

    private static bool IsAnswer(ReadOnlySpan<byte> bytes, ushort id, DnsQuestion question, out DnsMessage? answer) =>
        DnsMessage.TryParse(bytes, out answer) && answer!.IsResponse && answer.Id == id
        && answer.Questions is [var asked] && asked.Type == question.Type && asked.Name.Equals(question.Name);

    /// <summary>The texts of the name, or of the name that it is an alias of.</summary>
    private static List<string> Texts(DnsMessage answer, DnsName name)
    {
        for (var aliases = 0; aliases < MaxAliases; aliases++)
        {
            if (answer.Records.FirstOrDefault(record => record.Type == DnsType.Cname && record.Name.Equals(name)) is not { } alias) break;
            name = alias.Target!;
        }
        // Addresses are ASCII; other bytes become '?' and are refused where the text is read.
        return [.. answer.Records.Where(record => record.Type == DnsType.Txt && record.Name.Equals(name)).Select(record => string.Concat(record.Texts.Select(text => Encoding.ASCII.GetString(text.Span))))];
    }
}
