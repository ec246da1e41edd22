namespace HyphaMarket.Libp2p.AutoNat.Server;

/// <summary>Counts the dial data of one request. No I/O.</summary>
/// <param name="wanted">Bytes that must come before the dial.</param>
internal sealed class DialDataMeter(int wanted)
{
    /// <summary>
    /// A message that is not the last carries at least so much: 100,000 messages of one byte would cost us more than they cost the client.
    /// Other implementations fill their messages.
    /// </summary>
    public const int MinChunkBytes = 256;

    private int _missing = wanted;

    /// <summary>Enough has come. "Servers SHOULD allow the last DialDataResponse message received from the client to be larger than the minimum required amount."</summary>
    public bool IsPaid => _missing <= 0;

    /// <exception cref="InvalidDataException">The chunk is too large or too small.</exception>
    public void Add(int bytes)
    {
        if (bytes > AutoNatProtocol.MaxDataBytes) throw new InvalidDataException($"Dial data came in a chunk of {bytes} bytes; {AutoNatProtocol.MaxDataBytes} are allowed.");
        if (bytes < Math.Min(MinChunkBytes, _missing)) throw new InvalidDataException($"Dial data came in a chunk of {bytes} bytes while {_missing} were missing.");
        _missing -= bytes;
    }
}
