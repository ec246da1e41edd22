using System.Security.Cryptography;
using System.Text;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>A participant's keys for tests: fast, deterministic, 64-byte signatures, and forgeable by anybody who wants to (no test does by accident).</summary>
internal sealed class FakeKeys : ISigner
{
    private FakeKeys(ParticipantId id) => Id = id;

    public ParticipantId Id { get; }

    /// <summary>The same name gives the same keys.</summary>
    public static FakeKeys Of(string name)
    {
        // Shaped as a libp2p peer id: a SHA-256 multihash.
        byte[] id = [0x12, 0x20, .. SHA256.HashData(Encoding.UTF8.GetBytes(name))];
        return new FakeKeys(new ParticipantId(id));
    }

    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureOf(Id, message);

    /// <summary>HMAC-SHA-512 keyed by the id: what the "signature" of that participant over the message is.</summary>
    internal static byte[] SignatureOf(ParticipantId id, ReadOnlySpan<byte> message) => HMACSHA512.HashData(id.Span, message);
}
