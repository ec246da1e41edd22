using System.Security.Cryptography;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>A stand-in for a key: the signature is two hashes over the id and the message, so that anybody can check it and tests stay fast.</summary>
internal sealed class TestSigner(string name) : ISigner
{
    public ParticipantId Id { get; } = new(System.Text.Encoding.ASCII.GetBytes(name));

    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureOf(Id, message);

    public static byte[] SignatureOf(ParticipantId id, ReadOnlySpan<byte> message)
    {
        var first = SHA256.HashData([.. id.Span, 1, .. message]);
        return [.. first, .. SHA256.HashData(first)];
    }
}

/// <summary>Checks what <see cref="TestSigner"/> made.</summary>
internal sealed class TestVerifier : ISignatureVerifier
{
    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.SequenceEqual(TestSigner.SignatureOf(signer, message));
}
