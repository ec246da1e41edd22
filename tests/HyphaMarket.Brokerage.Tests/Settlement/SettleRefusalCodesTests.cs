using System.Reflection;
using HyphaMarket.Brokerage.Settlement;

namespace HyphaMarket.Brokerage.Tests.Settlement;

public sealed class SettleRefusalCodesTests
{
    [Test]
    public void EveryCode_IsKnown()
    {
        var codes = typeof(SettleRefusalCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Assert.That(codes, Has.Count.GreaterThan(10));
        Assert.That(codes.Select(SettleRefusalCodes.Known), Is.EqualTo(codes));
    }

    [Test]
    public void Code_OfAPeersOwn_IsARefusal_AndNothingElse() =>
        Assert.That(new[] { "\u001b[2J", "less-than-promised", "" }.Select(SettleRefusalCodes.Known), Is.All.EqualTo(SettleRefusalCodes.Refused));
}
