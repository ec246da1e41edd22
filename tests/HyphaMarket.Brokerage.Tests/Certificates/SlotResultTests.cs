using System.Text.Json;
using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Certificates;

[TestFixture]
internal sealed class SlotResultTests
{
    [Test]
    public void AMatchId_IsThePublishedOne()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository(), "proto/vectors/wire.json")));
        var vote = vectors.RootElement.GetProperty("records").EnumerateArray().Single(record => record.GetProperty("kind").GetString() == "vote");
        var match = vectors.RootElement.GetProperty("match");
        Assert.That(SlotResult.TryParse(ByteString.CopyFrom(Convert.FromHexString(vote.GetProperty("body").GetString()!)), out var result));
        Assert.That(result!.Id.ToString(), Is.EqualTo(match.GetProperty("result_id").GetString()));
        Assert.That(result.MatchIdOf(match.GetProperty("index").GetInt32()).ToString(), Is.EqualTo(match.GetProperty("match_id").GetString()));
    }

    [TestCase(0)]
    [TestCase(2)]
    [TestCase(-1)]
    [TestCase(long.MinValue)]
    public void AResultOfASlotThatMatchesNothing_IsMalformed(long slot)
    {
        var hash = ByteString.CopyFrom(new byte[32]);
        var body = new ResultBody { Market = hash, Config = hash, InputRoot = hash, ResultRoot = hash, Slot = 1 };
        Assert.That(SlotResult.TryParse(body.ToByteString(), out _));
        body.Slot = slot;
        Assert.That(SlotResult.TryParse(body.ToByteString(), out _), Is.False);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HyphaMarket.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds the solution.");
        return folder.FullName;
    }
}
