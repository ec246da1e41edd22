using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;

namespace HyphaMarket.Node.Configuration;

/// <summary>The catalogue of a node: the program's profiles, and those in the data directory's <c>profiles</c>, a file each. Files are added and never changed.</summary>
public static class CatalogueFiles
{
    /// <summary>Profiles that an operator may add: each is a market that the node answers for, and the RFC has ten.</summary>
    public const int MostAdded = 256;

    /// <summary>How to come to know what others trade; for whoever named a profile that this node does not know.</summary>
    public const string Hint = "See `hypha-market profile ls`. A profile that others have published is added with `hypha-market profile add FILE` and a restart of the node.";

    private const string Extension = ".json";

    public static string DirectoryOf(string dataDirectory) => Path.Combine(dataDirectory, "profiles");

    /// <summary>Reads the catalogue.</summary>
    /// <param name="dataDirectory">It need not exist: then the catalogue is the program's.</param>
    /// <exception cref="FatalException">A file cannot be read, is no profile, or conflicts with what is known; nothing is left out silently.</exception>
    public static ProfileCatalogue Load(string dataDirectory) => Load(dataDirectory, ProfileCatalogue.BuiltIn);

    internal static ProfileCatalogue Load(string dataDirectory, ProfileCatalogue program)
    {
        var directory = DirectoryOf(dataDirectory);
        if (!Directory.Exists(directory)) return program;
        try
        {
            var paths = Directory.EnumerateFiles(directory, "*" + Extension).Order(StringComparer.Ordinal).Take(MostAdded + 1).ToList();
            if (paths.Count > MostAdded) throw Bad("too-many-profiles", $"{directory} has more than {MostAdded} profiles.", "Each is a market that the node answers for.", "Move those aside that you do not trade.");
            var catalogue = program;
            foreach (var path in paths)
            {
                var document = Read(path);
                if (Path.GetFileName(path) != document.Slug + Extension) throw Bad("profile-misnamed", $"{path} holds the profile {document.Slug}.", "A file is named after its profile, so that none is there twice.", $"Name it {document.Slug}{Extension}.");
                // Published with a later version of the program, as it should be: the file has done its work.
                if (catalogue.Knows(document)) continue;
                // So has what it says of models that the program has come to describe since: a node that had added it goes on.
                document = program.WithoutKnownModels(document);
                if (catalogue.ConflictOf(document) is { } conflict) throw Bad(conflict.Code, $"{path} cannot be taken in: {conflict.What}", "What a name stands for must be the same to everybody for ever.", $"Move the file aside. {conflict.Fix}");
                catalogue = catalogue.With([document]);
            }

            return catalogue;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("profiles-unreadable", $"{directory} cannot be read.", e.Message, "Let the node's user read it."), ExitCode.Permission, e);
        }
    }

    /// <summary>Reads a document of whoever wrote it.</summary>
    /// <exception cref="FatalException">There is no such file, it cannot be read, or it is no profile.</exception>
    public static ProfileDocument Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > ProfileDocument.MaxBytes) throw Bad("bad-profile", $"{path} is no profile.", $"It has {file.Length} bytes; a profile has at most {ProfileDocument.MaxBytes}.", "See deploy/PROFILES.md for how one is written.");
            using var reader = new StreamReader(file);
            return ProfileDocument.Parse(reader.ReadToEnd());
        }
        catch (FormatException e)
        {
            throw new FatalException(new Problem("bad-profile", $"{path} is no profile.", e.Message, "See deploy/PROFILES.md for how one is written, and `hypha-market profile get` for one that is."), ExitCode.BadConfiguration, e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FatalException(new Problem("no-such-file", $"There is no file {path}.", "It was looked for as it is named.", "Give a file with a profile; see deploy/PROFILES.md."), ExitCode.NotFound, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("file-unreadable", $"{path} cannot be read.", e.Message, "Let yourself read it."), ExitCode.Permission, e);
        }
    }

    /// <summary>Adds a profile to a data directory's catalogue. A running daemon reads it at its next start.</summary>
    /// <param name="dryRun">Says what would be, and writes nothing.</param>
    /// <returns>The profile as the catalogue now has it, and whether it was there before.</returns>
    /// <exception cref="FatalException">It is no profile, it conflicts with what is known, or the disk refuses; the catalogue is as it was.</exception>
    public static (ComputeProfile Profile, bool WasThere) Add(string dataDirectory, string path, bool dryRun = false)
    {
        DataDirectory.Check(dataDirectory);
        var document = Read(path);
        var catalogue = Load(dataDirectory);
        if (catalogue.Knows(document)) return (Find(catalogue, document), true);
        if (catalogue.ConflictOf(document) is { } conflict) throw Bad(conflict.Code, $"{path} cannot be added: {conflict.What}", "Any difference in a requirement is another market, and a name stands for one for ever.", conflict.Fix);
        if (catalogue.Profiles.Count(profile => profile.IsAdded) >= MostAdded) throw Bad("too-many-profiles", $"This node has {MostAdded} added profiles already.", "Each is a market that the node answers for.", "Move those aside that you do not trade.");
        var added = Find(catalogue.With([document]), document);
        if (!dryRun) Write(dataDirectory, path, document);
        return (added, false);
    }

    private static void Write(string dataDirectory, string from, ProfileDocument document)
    {
        var directory = DirectoryOf(dataDirectory);
        var target = Path.Combine(directory, document.Slug + Extension);
        try
        {
            Directory.CreateDirectory(directory, DataDirectory.Mode);
            // Complete or not there: a reader sees the name only once the bytes are on disk.
            var temporary = $"{target}.{Environment.ProcessId}.new";
            using (var source = File.OpenRead(from))
            using (var copy = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = KeyFile.Mode }))
            {
                source.CopyTo(copy);
                copy.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(temporary, target, overwrite: false);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("profile-unwritable", $"{target} cannot be written.", e.Message, "Let the node's user write its data directory, and make room on the disk."), ExitCode.Permission, e);
        }

        try
        {
            Load(dataDirectory);
        }
        catch (FatalException)
        {
            // Another one came meanwhile that conflicts with it, or the file changed while it was read: a node that does not start is worse than one profile less.
            File.Delete(target);
            throw;
        }
    }

    private static ComputeProfile Find(ProfileCatalogue catalogue, ProfileDocument document) => catalogue.Find(document.Requirement.ComputeId())!;

    private static FatalException Bad(string code, string what, string why, string fix) => new(new Problem(code, what, why, fix), ExitCode.BadConfiguration);
}
