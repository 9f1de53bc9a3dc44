using System.Text.Json;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Identity;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Run;

/// <summary>
/// Where a home folder's videos and models were. The ledger has keys below the paths that <c>lus run</c> was given, not the paths; a file in the home folder,
/// which this user alone can read, has those. Who looks at a result finds the original and the model by it.
/// </summary>
/// <param name="Videos">Absolute paths of files and folders that runs were given, the newest first.</param>
/// <param name="Models">Absolute folders of the bundles that runs computed with, the newest first.</param>
public sealed record HomePlaces(IReadOnlyList<string> Videos, IReadOnlyList<string> Models)
{
    /// <summary>The address of the archive that a run read last; null for none.</summary>
    public Uri? Archive { get; init; }

    private const string FileName = "places.json";

    /// <summary>The most paths that are kept. A shell may give a run thousands of files.</summary>
    private const int MostPaths = 10_000;

    /// <summary>Reads them; none if no run of this version has used the home folder.</summary>
    /// <exception cref="HomeException">The file is damaged.</exception>
    public static HomePlaces Read(string home)
    {
        var file = Path.Combine(home, FileName);
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, HostingJson.Report.HomePlaces) is { Videos: not null, Models: not null } places ? places : new([], []);
        }
        catch (FileNotFoundException)
        {
            return new([], []);
        }
        catch (JsonException damaged)
        {
            throw new HomeException($"{file} is damaged. Delete it; the next lus run writes it again.", damaged);
        }
    }

    /// <summary>The originals of a home folder's videos, as far as their places still exist.</summary>
    /// <param name="home">The home folder.</param>
    /// <param name="further">Further files and folders to look in, before the known ones.</param>
    /// <exception cref="FileNotFoundException">One of <paramref name="further"/> does not exist.</exception>
    public static HomeOriginals Originals(string home, IReadOnlyList<string> further)
    {
        var places = Read(home);
        return new(new VideoFolder("originals", [.. further, .. places.Videos.Where(Path.Exists)], home, ContentCache.InMemory()), places.Archive, home);
    }

    /// <summary>Notes what a run was given. The caller holds the home folder.</summary>
    internal static void Note(HomeFolder home, RunRequest request, Bundle model)
    {
        var before = Read(home.Path);
        var after = new HomePlaces(With(request.Paths, before.Videos), With([model.Folder], before.Models)) { Archive = request.Archive?.Url ?? before.Archive };
        if (!after.Videos.SequenceEqual(before.Videos) || !after.Models.SequenceEqual(before.Models) || after.Archive != before.Archive)
            after.Write(home);
    }

    /// <summary>
    /// Forgets the paths at which none of these videos is, because the name of a file or folder may be that of a patient. The caller holds the home folder.
    /// </summary>
    /// <param name="home">The home folder.</param>
    /// <param name="keys">The keys of the videos that the ledger still has.</param>
    public static void ForgetUnused(HomeFolder home, IReadOnlyCollection<string> keys)
    {
        ArgumentNullException.ThrowIfNull(home);
        var before = Read(home.Path);
        var after = before with { Videos = [.. before.Videos.Where(path => keys.Any(key => IsAt(path, key)))] };
        if (after.Videos.Count < before.Videos.Count)
            after.Write(home);
    }

    private static List<string> With(IEnumerable<string> added, IReadOnlyList<string> before) =>
        [.. added.Select(Path.GetFullPath).Concat(before).Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal).Take(MostPaths)];

    private static bool IsAt(string path, string key) =>
        Directory.Exists(path) ? File.Exists(Path.Join(path, key)) : File.Exists(path) && Path.GetFileName(path) == key;

    private void Write(HomeFolder home) =>
        PrivateFile.Write(Path.Combine(home.Path, FileName), file => JsonSerializer.Serialize(file, this, HostingJson.Report.HomePlaces));
}
