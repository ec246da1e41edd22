using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Tests.Profiles;

public sealed class ProfileAttributesTests
{
    private static readonly ProfileAttributes Sample = new()
    {
        AcceleratorCount = 2,
        VramEachMib = 16_384,
        VramTotalMib = 65_536,
        Models = ["amd-mi300x", "nvidia-h100"],
        Interconnect = Interconnect.NvLink,
        Fabrics = [Fabric.InfiniBand, Fabric.Efa],
        CpuArchitectures = [CpuArchitecture.X8664, CpuArchitecture.Arm64],
        CpuCores = 300,
        MemoryMib = 1,
        DiskClass = DiskClass.HighIops,
        DiskMib = 2,
        NetworkMbitS = 100_000,
    };

    [Test]
    public void CanonicalBytes_AreProtobufWithFieldsAscending() => Assert.That(Convert.ToHexStringLower(Sample.ToCanonicalBytes()), Is.EqualTo(
        "0802" + "10808001" + "18808004"
        + "220a616d642d6d6933303078" + "220b6e76696469612d68313030"
        + "2802" + "32020102" + "3a020102" + "40ac02" + "4801" + "5003" + "5802" + "60a08d06" + "6801"));

    [Test]
    public void CanonicalBytes_LeaveDefaultsOut() => Assert.That(new ProfileAttributes().ToCanonicalBytes(), Is.EqualTo(new byte[] { 0x68, 0x01 }));

    [Test]
    public void CanonicalBytes_ParseBack()
    {
        Assert.That(ProfileAttributes.TryParse(Sample.ToCanonicalBytes(), out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(Sample));
        Assert.That(parsed!.ComputeId(), Is.EqualTo(Sample.ComputeId()));
    }

    [TestCase("", TestName = "{m}(no time unit)")]
    [TestCase("08006801", TestName = "{m}(a default written out)")]
    [TestCase("68010802", TestName = "{m}(fields descending)")]
    [TestCase("080208026801", TestName = "{m}(a field twice)")]
    [TestCase("6802", TestName = "{m}(an unknown time unit)")]
    [TestCase("6881", TestName = "{m}(cut short)")]
    [TestCase("688100", TestName = "{m}(a number longer than needed)")]
    [TestCase("68017001", TestName = "{m}(an unknown field)")]
    [TestCase("2202c3286801", TestName = "{m}(a text that is not UTF-8)")]
    [TestCase("220141" + "6801", TestName = "{m}(a capital in a model)")]
    [TestCase("220162" + "220161" + "6801", TestName = "{m}(models out of order)")]
    [TestCase("3a0103" + "6801", TestName = "{m}(an unknown architecture)")]
    [TestCase("3801" + "6801", TestName = "{m}(a list that is not packed)")]
    [TestCase("08ffffffffffffffffff016801", TestName = "{m}(a negative number)")]
    [TestCase("22ffffffff0f6801", TestName = "{m}(a length beyond the end)")]
    public void OtherBytes_AreRefused(string hex) => Assert.That(ProfileAttributes.TryParse(Convert.FromHexString(hex), out _), Is.False);

    [Test]
    public void RandomBytes_NeverThrowAndNeverParseToOtherBytes()
    {
        const int Seed = 4711;
        TestContext.Out.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var canonical = Sample.ToCanonicalBytes();
        var parsedCount = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = canonical.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (!ProfileAttributes.TryParse(bytes, out var parsed)) continue;
            parsedCount++;
            Assert.That(parsed.ToCanonicalBytes(), Is.EqualTo(bytes));
        }

        Assert.That(parsedCount, Is.GreaterThan(100), "else the test shows little");
    }
}
