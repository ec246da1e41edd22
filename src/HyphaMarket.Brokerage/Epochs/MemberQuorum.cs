using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>Checks that q different members of a config signed the same bytes.</summary>
public static class MemberQuorum
{
    /// <summary>
    /// True when the list holds valid signatures of at least q members, each named once, in ascending order, and none that is invalid:
    /// one wrong signature refuses the whole list, so that nobody can pad a certificate with garbage.
    /// </summary>
    public static bool Holds(EpochConfig config, MemberSignatures? signatures, byte[] signed, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(verifier);
        if (signatures is null || signatures.Signatures.Count < config.Quorum.Votes || signatures.Signatures.Count > config.Members.Count) return false;

        var previous = -1;
        foreach (var signature in signatures.Signatures)
        {
            if ((long)signature.Member <= previous || signature.Member >= config.Members.Count) return false;
            previous = (int)signature.Member;
            if (!verifier.Verify(config.Members[previous].Peer, signed, signature.Signature.Span)) return false;
        }

        return true;
    }
}
