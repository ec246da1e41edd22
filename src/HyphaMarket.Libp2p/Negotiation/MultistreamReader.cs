using System.Runtime.CompilerServices;

namespace HyphaMarket.Libp2p.Negotiation;

/// <summary>Reads negotiation messages and not a byte more: what follows belongs to the protocol agreed on.</summary>
/// <remarks>A cancelled read loses nothing; the next call goes on where it stopped.</remarks>
internal sealed class MultistreamReader(Stream stream)
{
    private readonly byte[] _prefix = new byte[MultistreamMessage.MaxPrefixLength];
    private int _prefixHeld;
    private byte[]? _body;
    private int _bodyHeld;

    /// <summary>Reads one message; null where the peer ended the stream before it.</summary>
    /// <exception cref="NegotiationException">The message is malformed or cut short.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_body is null)
        {
            var read = await stream.ReadAsync(_prefix.AsMemory(_prefixHeld, 1), cancellationToken);
            if (read == 0 && _prefixHeld == 0) return null;
            if (read == 0) throw CutShort();
            if (MultistreamMessage.TryReadLength(_prefix.AsSpan(0, ++_prefixHeld), out var length)) _body = new byte[length];
        }
        while (_bodyHeld < _body.Length)
        {
            var read = await stream.ReadAsync(_body.AsMemory(_bodyHeld), cancellationToken);
            if (read == 0) throw CutShort();
            _bodyHeld += read;
        }
        var message = MultistreamMessage.Decode(_body);
        (_prefixHeld, _bodyHeld, _body) = (0, 0, null);
        return message;
    }

    private static NegotiationException CutShort() => new("The peer closed the stream inside a negotiation message.");
}
