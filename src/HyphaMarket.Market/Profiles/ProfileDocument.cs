namespace HyphaMarket.Market.Profiles;

/// <summary>A profile as people write, publish and adopt it: one JSON object. Its requirement is its market; all else is for people and tools.</summary>
/// <param name="Name">What it is called; a new one for each new requirement, for a published profile never changes.</param>
/// <param name="Models">Accelerator models that the catalogue does not describe yet.</param>
/// <param name="Note">What its users should know; may be empty.</param>
public sealed record ProfileDocument(string Name, ProfileAttributes Requirement, IReadOnlyList<AcceleratorModel> Models, string Note)
{
    /// <summary>UTF-8 bytes of a document; a requirement with as many models as it may have takes some ten thousand.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxNameLetters = 64, MaxNoteLetters = 2_000, MaxShownAs = 8;

    /// <summary>The name on command lines.</summary>
    public string Slug { get; } = ProfileNames.Slug(Name);

    /// <summary>Reads a document from its JSON text, which may have comments.</summary>
    /// <exception cref="FormatException">The sentence says what is wrong and where.</exception>
    public static ProfileDocument Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var document = CatalogueJson.ParseDocument(json);
        return document.Problem() is { } problem ? throw new FormatException(problem) : document;
    }

    /// <summary>Null, or a sentence about what no document may have so, whatever else is known.</summary>
    private string? Problem()
    {
        if (Name.Length > MaxNameLetters || Name.Any(char.IsControl)) return $"A name has at most {MaxNameLetters} letters and no control characters.";
        // Else it could not be told from an id, from a word of the configuration or from the name of a file.
        if (Slug.Length < 3 || !char.IsAsciiLetter(Slug[0]) || Slug == "auto") return $"\"{Name}\" is no name for a profile: it begins with a letter, has at least three letters or digits, and is not \"auto\".";
        if (Note.Length > MaxNoteLetters) return $"A note has at most {MaxNoteLetters} characters.";
        if (Requirement.Problem() is { } wrong) return wrong;
        if (Requirement.CpuCores < 1 || Requirement.MemoryMib < 1) return "A profile promises at least one core and one MiB of memory: what promises nothing cannot be delivered.";
        if (Requirement.AcceleratorCount == 0 && (Requirement.VramEachMib > 0 || Requirement.VramTotalMib > 0 || Requirement.Models.Count > 0)) return "It asks for memory or models of accelerators and for no accelerator: \"acceleratorCount\" is 0.";
        foreach (var model in Models)
        {
            if (!Requirement.Models.Contains(model.Id)) return $"It describes the model \"{model.Id}\" and does not ask for it.";
            if (model.Vendor is not ("nvidia" or "amd")) return $"The model \"{model.Id}\" is of the vendor \"{model.Vendor}\"; tools are read of nvidia and amd.";
            if (model.ShownAs.Count is 0 or > MaxShownAs || model.ShownAs.Any(shown => shown.Length > MaxNameLetters || ProfileNames.Slug(shown).Length < 2)) return $"The model \"{model.Id}\" needs 1 to {MaxShownAs} texts in \"shownAs\", each of 2 to {MaxNameLetters} letters.";
        }

        return Models.DistinctBy(model => model.Id).Count() == Models.Count ? null : "It describes a model twice.";
    }
}
