using System.Security.Cryptography;
using System.Text;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>A stand-in for a key pair that anybody could forge: what is tested here is who checks a signature and when, not the signature.</summary>
internal sealed class TestKeys(string name) : ISigner
{
    public ParticipantId Id { get; } = new(Encoding.ASCII.GetBytes(name));

    public byte[] Sign(ReadOnlySpan<byte> message) => HMACSHA512.HashData(Id.Span, message);

    /// <summary>Counts the checks, and lets a test hold them back.</summary>
    internal sealed class Verifier : ISignatureVerifier
    {
        private int _checks;

        public int Checks => Volatile.Read(ref _checks);

        /// <summary>Called before each check, on the thread that checks.</summary>
        public Action<ParticipantId> Before { get; init; } = _ => { };

        public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            Before(signer);
            Interlocked.Increment(ref _checks);
            return HMACSHA512.HashData(signer.Span, message).AsSpan().SequenceEqual(signature);
        }
    }
}
