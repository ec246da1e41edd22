using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;

namespace HyphaMarket.Node.Api.Services;

/// <summary>The profiles of a data directory, as the API shows them; needs no daemon.</summary>
/// <exception cref="Hosting.FatalException">By each of its members: a file of the catalogue cannot be taken in.</exception>
public sealed class DirectoryProfiles(string dataDirectory)
{
    private readonly CatalogueProfileService _service = new(CatalogueFiles.Load(dataDirectory));

    /// <inheritdoc cref="IProfileService.List"/>
    public IReadOnlyList<ProfileView> List() => _service.List();

    /// <inheritdoc cref="IProfileService.Get"/>
    public ProfileView Get(string nameOrId) => _service.Get(nameOrId);

    /// <summary>The profile in a file where there is one of that name, else a known one.</summary>
    /// <exception cref="ApiException">Not found.</exception>
    /// <exception cref="Hosting.FatalException">The file holds no profile.</exception>
    public ProfileView GetOrRead(string nameIdOrFile)
    {
        if (!File.Exists(nameIdOrFile)) return Get(nameIdOrFile);
        var document = CatalogueFiles.Read(nameIdOrFile);
        return CatalogueProfileService.ViewOf(new ComputeProfile(document.Name, 0, document.Requirement, PrintedRow.Of(document.Requirement), document.Note));
    }

    /// <summary>Adds a profile to the directory's catalogue; a running daemon reads it at its next start.</summary>
    /// <param name="dryRun">Says what would be, and writes nothing.</param>
    /// <exception cref="Hosting.FatalException">It is no profile, it conflicts with what is known, or the disk refuses; the catalogue is as it was.</exception>
    public (ProfileView Profile, bool WasThere) Add(string file, bool dryRun)
    {
        var (profile, wasThere) = CatalogueFiles.Add(dataDirectory, file, dryRun);
        return (CatalogueProfileService.ViewOf(profile), wasThere);
    }
}
