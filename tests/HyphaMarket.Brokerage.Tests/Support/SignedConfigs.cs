using Google.Protobuf;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Support;

/// <summary>Broker sets with signatures as their members' keys make them.</summary>
internal static class SignedConfigs
{
    public static EpochConfig Signed(this EpochConfig config, NetworkId network, EpochPhase phase, ulong attempt, IEnumerable<TestSigner> signers) =>
        config.WithSignatures(attempt, signers.Select(signer => new MemberSignature
        {
            Member = (uint)config.IndexOf(signer.Id),
            Signature = ByteString.CopyFrom(signer.Sign(config.SigningBytes(network, phase, attempt))),
        }));
}
