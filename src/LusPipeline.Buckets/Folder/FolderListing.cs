using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.Folder;

/// <summary>
/// Lists the files below a watched path. It never follows a link to a folder. A link to a file counts as a file if its target lies below
/// the same path.
/// </summary>
/// <param name="watched">The path to list.</param>
/// <param name="home">The real path of the pipeline's own folder, which is left out; null for none.</param>
internal sealed class FolderListing(WatchedPath watched, string? home)
{
    public IEnumerable<BucketObject> Objects()
    {
        if (watched.FileKey is { } key)
        {
            if (Entry(watched.RealPath, key) is { } only)
                yield return only;
            yield break;
        }
        // The keys still to visit, on a stack in reverse order, so that they are visited in order. Keys of folders end with '/'.
        var left = new Stack<string>();
        left.Push("");
        while (left.TryPop(out var next))
        {
            var path = Path.Join(watched.RealPath, next);
            if (next.Length > 0 && !next.EndsWith('/'))
            {
                if (Entry(path, next) is { } entry)
                    yield return entry;
                continue;
            }
            if (path.TrimEnd('/') == home)
            {
                yield return Skip(next.TrimEnd('/'));
                continue;
            }
            var (names, error) = Names(path);
            if (error is not null)
                yield return Refuse(next.TrimEnd('/'), default, ReasonCode.Unreadable, error);
            foreach (var name in names.Select(name => next + name).OrderDescending(StringComparer.Ordinal))
                left.Push(name);
        }
    }

    /// <returns>The names in a folder, where those of folders end with '/', and the error if the folder cannot be read.</returns>
    private static (List<string> Names, string? Error) Names(string path)
    {
        try
        {
            var entries = new System.IO.Enumeration.FileSystemEnumerable<string>(
                path,
                (ref System.IO.Enumeration.FileSystemEntry entry) =>
                    entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.FileName[0] != '.'
                        ? string.Concat(entry.FileName, "/")
                        : entry.FileName.ToString(),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false });
            return ([.. entries], null);
        }
        catch (DirectoryNotFoundException)
        {
            return ([], null); // The folder was deleted after its parent was read.
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return ([], "The folder may not be read.");
        }
    }

    /// <returns>The entry, or null if nothing is there any more.</returns>
    private BucketObject? Entry(string path, string key)
    {
        var hidden = watched.FileKey is null && key[(key.LastIndexOf('/') + 1)] == '.';
        if (hidden)
            return Skip(key);
        switch (LinuxFile.TryStat(path, followLink: false, out var facts))
        {
            case 0:
                break;
            // .NET replaces bytes that are not UTF-8 by U+FFFD. A file with such a name cannot be opened by that name.
            case LinuxFile.NotFound when key.Contains('\uFFFD', StringComparison.Ordinal):
                return Refuse(key, default, ReasonCode.Unreadable, "Its name is not valid UTF-8: rename it.");
            case LinuxFile.NotFound or LinuxFile.NotADirectory:
                return null;
            case LinuxFile.NameTooLong:
                return Refuse(key, default, ReasonCode.Unreadable, "Its path is longer than the system can open.");
            default:
                return Refuse(key, default, ReasonCode.Unreadable, "It may not be looked at.");
        }
        return facts.Kind switch
        {
            LinuxFile.FileKind.Regular => new(key, facts.Size, facts.Modified, facts.Tag),
            LinuxFile.FileKind.Link => Link(path, key, facts),
            LinuxFile.FileKind.Folder => null, // It was a file when its folder was read.
            _ => Refuse(key, facts, ReasonCode.Unreadable, "It is a pipe, socket or device, not a file."),
        };
    }

    private BucketObject Link(string path, string key, LinuxFile.Facts link)
    {
        if (LinuxFile.RealPath(path) is not { } target || LinuxFile.TryStat(target, followLink: false, out var facts) != 0)
            return Refuse(key, link, ReasonCode.Unreadable, "It is a link to a file that does not exist.");
        if ((target != watched.RealPath && !watched.Holds(target)) || (home is not null && (target + "/").StartsWith(home + "/", StringComparison.Ordinal)))
            return Refuse(key, link, ReasonCode.OutsideBucket, "It is a link out of its folder.");
        return facts.Kind switch
        {
            LinuxFile.FileKind.Regular => new(key, facts.Size, facts.Modified, facts.Tag),
            LinuxFile.FileKind.Folder => Skip(key), // Its files are listed where they lie.
            _ => Refuse(key, facts, ReasonCode.Unreadable, "It leads to a pipe, socket or device, not to a file."),
        };
    }

    private static BucketObject Skip(string key) => new(key, 0, DateTime.UnixEpoch, "") { Skipped = true };

    private static BucketObject Refuse(string key, LinuxFile.Facts facts, string reason, string detail) =>
        new(key, facts.Size, facts.Modified, facts.Tag) { Reason = reason, Detail = detail };
}
