using HyphaMarket.Market.Profiles;

namespace HyphaMarket.Market.Tests.Profiles;

public sealed class ProfileDocumentTests
{
    private const string Micro = """
        { // a comment
          "name": "Test Micro",
          "requirement": { "acceleratorCount": 1, "vramEachMib": 24000, "vramTotalMib": 24000, "models": ["nvidia-rtx-4090"], "interconnect": "pcie", "fabrics": [], "cpuArchitectures": ["x86_64"],
            "cpuCores": 1, "memoryMib": 1, "diskClass": "any", "diskMib": 0, "networkMbitS": 0, "timeUnit": "minute" },
          "models": [ { "id": "nvidia-rtx-4090", "vendor": "nvidia", "shownAs": ["rtx 4090"] } ],
        }
        """;

    private static readonly ProfileCatalogue BuiltIn = ProfileCatalogue.BuiltIn;

    [Test]
    public void Document_BecomesAProfile_AfterTheKnownOnes_WhichStayAsTheyAre()
    {
        var document = ProfileDocument.Parse(Micro);
        Assert.That(BuiltIn.ConflictOf(document), Is.Null);
        var catalogue = BuiltIn.With([document]);
        Assert.That(catalogue.TryFind("test micro", out var profile, out _));
        Assert.That((profile!.Slug, profile.Id, profile.IsAdded), Is.EqualTo(("test-micro", document.Requirement.ComputeId(), true)));
        Assert.That(catalogue.Profiles.SkipLast(1), Is.EqualTo(BuiltIn.Profiles));
        Assert.That(catalogue.Profiles[^1], Is.SameAs(profile));
        Assert.That(catalogue.ModelOf("nvidia", "NVIDIA GeForce RTX 4090")?.Id, Is.EqualTo("nvidia-rtx-4090"));
        Assert.That(catalogue.Knows(document) && !BuiltIn.Knows(document));
    }

    [Test]
    public void Documents_InWhateverOrder_MakeOneCatalogue()
    {
        var (one, other) = (ProfileDocument.Parse(Micro), ProfileDocument.Parse(Micro.Replace("Test Micro", "Another Micro", StringComparison.Ordinal).Replace("\"cpuCores\": 1", "\"cpuCores\": 2", StringComparison.Ordinal)));
        Assert.That(BuiltIn.With([one, other]).Profiles.Select(profile => (profile.Slug, profile.Rank)), Is.EqualTo(BuiltIn.With([other, one]).Profiles.Select(profile => (profile.Slug, profile.Rank))));
    }

    [TestCase("\"cpuCores\": 1", "\"cpuCores\": 2", "profile-exists", Description = "the same name")]
    [TestCase("Test Micro", "Test Other", "profile-known", Description = "the same requirement")]
    [TestCase("rtx 4090\"]", "rtx 4090 d\"]", "model-exists")]
    public void Document_ThatSaysOtherwiseWhatIsKnown_Conflicts(string from, string to, string code)
    {
        var changed = Micro.Replace(from, to, StringComparison.Ordinal);
        // A conflict of models needs another profile.
        if (code == "model-exists") changed = changed.Replace("Test Micro", "Test Other", StringComparison.Ordinal).Replace("\"cpuCores\": 1", "\"cpuCores\": 2", StringComparison.Ordinal);
        var catalogue = BuiltIn.With([ProfileDocument.Parse(Micro)]);
        var document = ProfileDocument.Parse(changed);
        Assert.That(catalogue.ConflictOf(document)?.Code, Is.EqualTo(code));
        Assert.That(catalogue.Knows(document), Is.False);
        Assert.That(() => catalogue.With([document]), Throws.ArgumentException);
    }

    [TestCase("tesla t4", "model-ambiguous")]
    [TestCase("6000 ada", "model-ambiguous")]
    [TestCase("h100 nvl 2", "model-ambiguous")]
    [TestCase("l40", null)]
    public void Model_ThatToolsShowAsAKnownOne_IsAmbiguous(string shown, string? code) => Assert.That(Code(Micro.Replace("rtx 4090", shown, StringComparison.Ordinal)), Is.EqualTo(code));

    [Test]
    public void Model_ThatNothingDescribes_IsUnknown() => Assert.That(Code(Micro.Replace("{ \"id\": \"nvidia-rtx-4090\", \"vendor\": \"nvidia\", \"shownAs\": [\"rtx 4090\"] }", "", StringComparison.Ordinal)), Is.EqualTo("unknown-model"));

    [TestCase("\"cpuCores\": 1,", "", "cpuCores")]
    [TestCase("\"cpuCores\": 1,", "\"cpuCoers\": 1,", "cpuCoers")]
    [TestCase("\"cpuCores\": 1,", "\"cpuCores\": 0,", "at least one core")]
    [TestCase("\"memoryMib\": 1,", "\"memoryMib\": -1,", "negative")]
    [TestCase("\"pcie\"", "\"pci\"", "unknown interconnect \"pci\"")]
    [TestCase("\"acceleratorCount\": 1", "\"acceleratorCount\": 0", "for no accelerator")]
    [TestCase("[\"nvidia-rtx-4090\"]", "[\"nvidia-t4\", \"nvidia-rtx-4090\"]", "sorted")]
    [TestCase("[\"nvidia-rtx-4090\"]", "[\"nvidia-t4\"]", "does not ask for it")]
    [TestCase("\"vendor\": \"nvidia\"", "\"vendor\": \"acme\"", "vendor \"acme\"")]
    [TestCase("[\"rtx 4090\"]", "[]", "shownAs")]
    [TestCase("Test Micro", "auto", "no name for a profile")]
    [TestCase("Test Micro", "4x", "no name for a profile")]
    [TestCase("Test Micro", "\\u001b[2J micro", "control characters")]
    [TestCase("{ // a comment", "", "cannot be read")]
    public void Document_ThatIsWrong_SaysWhat(string from, string to, string says) =>
        Assert.That(() => ProfileDocument.Parse(Micro.Replace(from, to, StringComparison.Ordinal)), Throws.TypeOf<FormatException>().With.Message.Contains(says));

    [Test]
    public void Text_ThatWasChanged_IsRefusedOrRead_AndThrowsNothingElse([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var text = Micro.ToCharArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--) text[random.Next(text.Length)] = (char)random.Next(128);
            try
            {
                var document = ProfileDocument.Parse(new string(text));
                if (BuiltIn.ConflictOf(document) is null) Assert.That(BuiltIn.With([document]).Knows(document), $"seed {seed}, round {round}");
            }
            catch (FormatException)
            {
                // Refused, with a sentence.
            }
        }
    }

    private static string? Code(string json) => BuiltIn.ConflictOf(ProfileDocument.Parse(json))?.Code;
}
