using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.World;

/// <summary>A stand-in for a key pair: 64 bytes that follow from the id and the message. Anybody could forge them, and nobody here does: a node signs as itself.</summary>
/// <remarks>The cores call it through the same interfaces as the real keys; a thousand times cheaper, so that hours pass in a second.</remarks>
public sealed class SimulatedKeys(string name) : ISigner
{
    public ParticipantId Id { get; } = new(Encoding.ASCII.GetBytes(name));

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[SignedRecords.SignatureSize];
        Fill(Id, message, signature);
        return signature;
    }

    internal static void Fill(ParticipantId id, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message, digest);
        ulong owner = 14_695_981_039_346_656_037;
        foreach (var b in id.Span) owner = (owner ^ b) * 1_099_511_628_211;
        digest.CopyTo(signature);
        for (var i = 32; i < 64; i += 8) BinaryPrimitives.WriteUInt64BigEndian(signature[i..], owner ^ BinaryPrimitives.ReadUInt64BigEndian(digest[(i - 32)..]));
    }
}
