using HyphaMarket.Libp2p.Gossipsub;

namespace HyphaMarket.Libp2p.Tests.Gossipsub;

public sealed class TopicOptionsTests
{
    [Test]
    public void Defaults_AreValid() => Assert.That(TopicOptions.Default.Validate, Throws.Nothing);

    [Test]
    public void TopicWithoutRoomForAMessageUnderValidation_IsRefused() =>
        Assert.That(() => new TopicOptions { MaxPendingValidations = 0 }.Validate(), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void UnknownSignaturePolicy_IsRefused() =>
        Assert.That(() => new TopicOptions { SignaturePolicy = (SignaturePolicy)7 }.Validate(), Throws.InstanceOf<ArgumentException>());
}
