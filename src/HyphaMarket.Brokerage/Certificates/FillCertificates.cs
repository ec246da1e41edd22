using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Certificates;

/// <summary>Proof of one fill: q votes for the slot's result, and a Merkle path from the fill to the result root.</summary>
public static class FillCertificates
{
    /// <summary>A slot has at most m fills, and a tree over them at most this many levels.</summary>
    private const int MaxPath = 16;

    /// <summary>Cuts the certificate of one fill out of a whole slot's.</summary>
    public static FillCertificate Of(Record certificate, CertificateBody body, int index)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Of(certificate, body, FillBodies.TreeOf(body.Fills), index);
    }

    /// <param name="tree">Over the body's fills.</param>
    internal static FillCertificate Of(Record certificate, CertificateBody body, MerkleTree tree, int index)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var cut = new FillCertificate { Result = body.Result, Votes = certificate.Members, Fill = body.Fills[index], Index = (uint)index };
        cut.Siblings.AddRange(tree.Proof(index).Select(hash => hash.ToByteString()));
        return cut;
    }

    /// <summary>Checks the votes against the config's members, and the path; pure.</summary>
    public static FillVerification Verify(NetworkId network, EpochConfig config, FillCertificate? certificate, ISignatureVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(verifier);
        return certificate is null ? FillVerification.Fail("There is no certificate.") : certificate.JudgedBy(network, config, verifier, judged => Judge(network, config, judged, verifier));
    }

    private static FillVerification Judge(NetworkId network, EpochConfig config, FillCertificate certificate, ISignatureVerifier verifier)
    {
        if (!SlotResult.TryParse(certificate, out var result)) return FillVerification.Fail("The result is malformed.");
        if (result.Market != config.Market || result.Config != config.Id) return FillVerification.Fail("The result is of another market or broker set.");
        if (result.Slot < config.FirstSlot) return FillVerification.Fail("The result is of a slot before its broker set began.");
        if (certificate.Index >= result.Body.Fills || certificate.Siblings.Count > MaxPath) return FillVerification.Fail("The path is malformed.");

        var siblings = new Hash256[certificate.Siblings.Count];
        for (var i = 0; i < siblings.Length; i++)
        {
            if (!Hash256.TryFromBytes(certificate.Siblings[i].Span, out siblings[i])) return FillVerification.Fail("The path is malformed.");
        }

        if (!MerkleTree.Verify(result.ResultRoot, MerkleTree.HashLeaf(certificate.Fill.Span), certificate.Index, result.Body.Fills, siblings))
        {
            return FillVerification.Fail("The fill is not part of the result.");
        }

        if (!FillBodies.TryParse(certificate.Fill, out var fill)) return FillVerification.Fail("The fill is malformed.");
        var signed = SignedRecords.SigningBytes(network, RecordKind.Vote, certificate.Result.Span);
        if (!MemberQuorum.Holds(config, certificate.Votes, signed, verifier)) return FillVerification.Fail("The votes of a quorum of the brokers are missing.");
        return new FillVerification(null, result, fill, result.MatchIdOf((int)certificate.Index));
    }
}
