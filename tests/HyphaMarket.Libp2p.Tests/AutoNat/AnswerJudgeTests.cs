using HyphaMarket.Libp2p.AutoNat.Client;
using HyphaMarket.Libp2p.AutoNat.Messages;
using HyphaMarket.Libp2p.Multiformats;
using ResponseStatus = HyphaMarket.Libp2p.AutoNat.Messages.DialResponse.Types.ResponseStatus;

namespace HyphaMarket.Libp2p.Tests.AutoNat;

[TestFixture]
public sealed class AnswerJudgeTests
{
    private static readonly Multiaddr[] s_asked = [Multiaddr.Parse("/ip6/2600::9/tcp/4001"), Multiaddr.Parse("/ip4/11.0.0.9/tcp/4001")];
    private static readonly Multiaddr s_local = Multiaddr.Parse("/ip4/10.0.0.2/tcp/4001");

    [Test]
    public void Success_WithItsDialBack_IsBelieved() =>
        Assert.That(Judge(ResponseStatus.Ok, 1, DialStatus.Ok, s_local), Is.EqualTo(new ProbeResult(ProbeOutcome.Reachable, 1)));

    [Test]
    public void Success_WithoutADialBack_IsALie() => Assert.That(Judge(ResponseStatus.Ok, 1, DialStatus.Ok, null).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [Test]
    public void Success_ForAnAddressOfAnotherFamilyThanTheDialBack_IsALie() =>
        Assert.That(Judge(ResponseStatus.Ok, 0, DialStatus.Ok, s_local).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [Test]
    public void DialError_IsBelieved() => Assert.That(Judge(ResponseStatus.Ok, 1, DialStatus.EDialError, null), Is.EqualTo(new ProbeResult(ProbeOutcome.Unreachable, 1)));

    [Test]
    public void DialError_ThoughTheDialBackCame_IsALie() => Assert.That(Judge(ResponseStatus.Ok, 1, DialStatus.EDialError, s_local).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [Test]
    public void DialBackError_SaysNothing() => Assert.That(Judge(ResponseStatus.Ok, 1, DialStatus.EDialBackError, null).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [Test]
    public void Refusal_IsNoFailure() => Assert.That(Judge(ResponseStatus.EDialRefused, 0, DialStatus.Unused, null).Outcome, Is.EqualTo(ProbeOutcome.Refused));

    [TestCase((int)ResponseStatus.EInternalError)]
    [TestCase((int)ResponseStatus.ERequestRejected)]
    [TestCase(999)]
    public void Status_OfFailureOrUnknown_SaysNothing(int status) =>
        Assert.That(Judge((ResponseStatus)status, 0, DialStatus.Ok, s_local).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [TestCase(2u)]
    [TestCase(uint.MaxValue)]
    public void Index_OutsideTheRequest_SaysNothing(uint index) => Assert.That(Judge(ResponseStatus.Ok, index, DialStatus.EDialError, null).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    [Test]
    public void UnknownDialStatus_SaysNothing() => Assert.That(Judge(ResponseStatus.Ok, 1, (DialStatus)77, null).Outcome, Is.EqualTo(ProbeOutcome.Failed));

    private static ProbeResult Judge(ResponseStatus status, uint index, DialStatus outcome, Multiaddr? dialBack) =>
        AnswerJudge.Judge(new DialResponse { Status = status, AddrIdx = index, DialStatus = outcome }, s_asked, dialBack);
}
