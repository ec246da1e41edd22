namespace HyphaMarket.Market.Profiles;

// "The profile catalogue is additive data": what is in it never changes, so an added profile may not touch what is known.
public sealed partial class ProfileCatalogue
{
    /// <summary>Whether the document's market is known already, by the same name. How it describes models is no part of that: here the catalogue's own word counts.</summary>
    public bool Knows(ProfileDocument document) => _bySlug.TryGetValue(document.Slug, out var known) && known.Requirement.Equals(document.Requirement);

    /// <summary>The document without its descriptions of models that this catalogue describes itself.</summary>
    public ProfileDocument WithoutKnownModels(ProfileDocument document) => document with { Models = [.. document.Models.Where(model => Model(model.Id) is null)] };

    /// <summary>Null where the document may be added; a document that is known already is a conflict with itself, see <see cref="Knows"/>.</summary>
    public ProfileConflict? ConflictOf(ProfileDocument document)
    {
        if (_bySlug.TryGetValue(document.Slug, out var named))
        {
            return new ProfileConflict("profile-exists", $"There is a profile {named.Slug} already, and it requires something else.", $"A published profile never changes: give the new one a name of its own, such as \"{document.Name} 2\".");
        }

        if (_byId.TryGetValue(document.Requirement.ComputeId(), out var twin))
        {
            return new ProfileConflict("profile-known", $"The profile {twin.Slug} requires exactly this: {document.Slug} would be another name of the same market.", $"Use {twin.Slug}.");
        }

        foreach (var model in document.Models)
        {
            if (Model(model.Id) is { } known)
            {
                if (!Same(known, model)) return new ProfileConflict("model-exists", $"The model {model.Id} is described otherwise already: {known.Vendor}, shown as {string.Join(" or ", known.ShownAs)}.", "Leave the description out, or give the model a name of its own.");
                continue;
            }

            foreach (var shown in model.ShownAs)
            {
                // Else machines that are sold by a known profile today would be told as another model tomorrow.
                var other = ModelOf(model.Vendor, shown) ?? Models.FirstOrDefault(one => one.Vendor == model.Vendor && one.ShownAs.Any(text => $"-{ProfileNames.Slug(text)}-".Contains($"-{ProfileNames.Slug(shown)}-", StringComparison.Ordinal)));
                if (other is not null) return new ProfileConflict("model-ambiguous", $"Tools that show \"{shown}\" show the model {other.Id}, which is known.", $"Ask for {other.Id}, or give words by which tools tell the two apart.");
            }
        }

        var described = document.Requirement.Models.FirstOrDefault(id => Model(id) is null && document.Models.All(model => model.Id != id));
        return described is null ? null : new ProfileConflict("unknown-model", $"Nothing says how tools show the model {described}.", "Describe it under \"models\": id, vendor and the words that its tool shows it by.");
    }

    /// <summary>This catalogue and the documents' profiles, the largest ranks theirs, by name.</summary>
    /// <exception cref="ArgumentException">One of them conflicts with what is known, or with another.</exception>
    public ProfileCatalogue With(IEnumerable<ProfileDocument> documents)
    {
        var catalogue = this;
        foreach (var document in documents.OrderBy(document => document.Slug, StringComparer.Ordinal))
        {
            if (catalogue.ConflictOf(document) is { } conflict) throw new ArgumentException($"{document.Slug}: {conflict.What}", nameof(documents));
            var profile = new ComputeProfile(document.Name, catalogue.Profiles[^1].Rank + 1, document.Requirement, PrintedRow.Of(document.Requirement), document.Note) { IsAdded = true };
            catalogue = new ProfileCatalogue(catalogue.Version, [.. catalogue.Profiles, profile], [.. catalogue.Models, .. document.Models.Where(model => catalogue.Model(model.Id) is null)]);
        }

        return catalogue;
    }

    private AcceleratorModel? Model(string id) => Models.FirstOrDefault(model => model.Id == id);

    private static bool Same(AcceleratorModel? known, AcceleratorModel model) => known is not null && known.Vendor == model.Vendor && known.ShownAs.SequenceEqual(model.ShownAs);
}
