using System.Text.Json;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Tests.Profiles;

public sealed class ProfileCatalogueTests
{
    private static readonly ProfileCatalogue Catalogue = ProfileCatalogue.BuiltIn;

    [Test]
    public void PublishedVectors_AgreeWithTheCatalogue()
    {
        using var vectors = JsonDocument.Parse(RepositoryFiles.Read("proto/vectors/profiles.json"));
        Assert.That(vectors.RootElement.GetProperty("catalogue_version").GetInt32(), Is.EqualTo(Catalogue.Version));
        var published = vectors.RootElement.GetProperty("profiles").EnumerateArray().ToList();
        Assert.That(published.Select(vector => vector.GetProperty("name").GetString()), Is.EqualTo(Catalogue.Profiles.Select(profile => profile.Name)));
        foreach (var vector in published)
        {
            Assert.That(Catalogue.TryFind(vector.GetProperty("name").GetString()!, out var profile, out _), Is.True);
            Assert.That(Convert.ToHexStringLower(profile!.Requirement.ToCanonicalBytes()), Is.EqualTo(vector.GetProperty("canonical").GetString()), profile.Name);
            Assert.That(profile.Id.ToString(), Is.EqualTo(vector.GetProperty("profile_id").GetString()), profile.Name);
        }
    }

    [Test]
    public void Catalogue_HasTheTenRowsOfTheRfcInOrder() => Assert.That(Catalogue.Profiles.Select(profile => profile.Slug), Is.EqualTo(new[]
    {
        "discovery-alpha", "discovery-beta", "impulse-alpha", "impulse-beta", "warp-alpha",
        "warp-beta", "warp-gamma", "warp-delta", "warp-epsilon", "jump-alpha",
    }));

    [Test]
    public void PrintedRow_IsTheRfcsOwnText()
    {
        Assert.That(Catalogue.TryFind("warp-epsilon", out var profile, out _), Is.True);
        Assert.That(profile!.Printed, Is.EqualTo(new PrintedRow(
            "NVIDIA A100 (80GB/GPU), NVIDIA H100 (80GB/GPU)", "8", "640GB", "NVSwitch / InfiniBand / EFA", "x86_64 or Arm (High Perf)", "96-240", "1TB-2TB", "NVMe SSD (High IOPS)", "8TB-60TB")));
    }

    [TestCase("Discovery Alpha")]
    [TestCase("discovery-alpha")]
    [TestCase("  DISCOVERY   alpha ")]
    [TestCase("discovery_alpha")]
    public void Name_HoweverSpelt_IsFound(string spelling)
    {
        Assert.That(Catalogue.TryFind(spelling, out var profile, out var problem), Is.True, problem);
        Assert.That(profile!.Name, Is.EqualTo("Discovery Alpha"));
    }

    [Test]
    public void Id_InHexadecimal_IsFound()
    {
        var expected = Catalogue.Profiles[4];
        Assert.That(Catalogue.TryFind(expected.Id.ToString(), out var profile, out _), Is.True);
        Assert.That(profile, Is.SameAs(expected));
        Assert.That(Catalogue.Find(new MarketId(expected.Id.Value)), Is.SameAs(expected));
    }

    [TestCase("discovry-alfa", "discovery-alpha")]
    [TestCase("warp delt", "warp-delta")]
    [TestCase("epsilon", "warp-epsilon")]
    public void MisspeltName_GetsTheNearestSuggested(string typed, string meant)
    {
        Assert.That(Catalogue.TryFind(typed, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain("Did you mean").And.Contain(meant));
    }

    [Test]
    public void NameLikeNoOther_GetsTheWholeListSuggested()
    {
        Assert.That(Catalogue.TryFind("quantum annealer", out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain("Known are discovery-alpha").And.Contain("jump-alpha"));
    }

    [Test]
    public void EmptyName_IsUnknownWithoutAnException() => Assert.That(Catalogue.TryFind("", out _, out _), Is.False);

    [TestCase("\"rank\": 2,", "\"rank\": 1,", "rank")]
    [TestCase("\"acceleratorCount\": 1,", "\"accelerators\": 1,", "accelerators")]
    [TestCase("\"interconnect\": \"pcie\"", "\"interconnect\": \"pci-x\"", "pci-x")]
    [TestCase("\"nvidia-p4\", \"nvidia-t4\"", "\"nvidia-t4\", \"nvidia-p4\"", "sorted")]
    [TestCase("\"cpuCores\": 4,", "\"cpuCores\": -4,", "negative")]
    [TestCase("\"diskMib\": 95000,", "", "diskMib")]
    public void CatalogueText_WithAMistake_IsRefusedWithAReason(string from, string to, string said)
    {
        var json = RepositoryFiles.Read("src/HyphaMarket.Market/Profiles/catalogue.json");
        var at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.That(at, Is.GreaterThanOrEqualTo(0), "the test must really change the text");
        var broken = string.Concat(json.AsSpan(0, at), to, json.AsSpan(at + from.Length));
        var error = Assert.Throws<FormatException>(() => ProfileCatalogue.Parse(broken));
        Assert.That(error!.Message, Does.Contain(said).IgnoreCase);
    }
}
