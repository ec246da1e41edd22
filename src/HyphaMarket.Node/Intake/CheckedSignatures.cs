using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Node.Intake;

/// <summary>Signatures as a market's core sees them: what verifiers checked of the message that it is told now costs it a hash, anything else is checked there and then.</summary>
/// <remarks>So a core that knows nothing of threads decides as it always did, and a certificate costs the loop microseconds. Of the loop alone.</remarks>
/// <param name="signatures">For what no verifier looked at.</param>
public sealed class CheckedSignatures(ISignatureVerifier signatures) : ISignatureVerifier
{
    /// <summary>Of one message; those of the largest are some thousands.</summary>
    private readonly Dictionary<Hash256, bool> _found = [];

    public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        _found.Count > 0 && signature.Length == SignedRecords.SignatureSize && _found.TryGetValue(KeyOf(signer, message, signature), out var isRight) ? isRight : signatures.Verify(signer, message, signature);

    /// <summary>Tells the core of items whose signatures verifiers checked.</summary>
    internal void During(IReadOnlyList<IntakeItem> items, Action tell)
    {
        try
        {
            foreach (var item in items)
            {
                foreach (var (key, isRight) in item.Found) _found[key] = isRight;
            }

            tell();
        }
        finally
        {
            _found.Clear();
        }
    }

    /// <summary>Names one question. A signature has one length and the signer's is told, so that no bytes can be read as another's.</summary>
    private static Hash256 KeyOf(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Hash256.Of([(byte)signer.Span.Length], signer.Span, signature, message);

    /// <summary>Checks signatures on a verifier's thread and notes what it found.</summary>
    internal sealed class Recorder(ISignatureVerifier signatures) : ISignatureVerifier
    {
        public List<(Hash256 Key, bool IsRight)> Found { get; } = [];

        public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            var isRight = signatures.Verify(signer, message, signature);
            // What has no signature's length is wrong without a check, and is not worth remembering.
            if (signature.Length == SignedRecords.SignatureSize) Found.Add((KeyOf(signer, message, signature), isRight));
            return isRight;
        }
    }
}
