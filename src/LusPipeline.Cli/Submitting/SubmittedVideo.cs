using LusPipeline.Media.Sniffing;

namespace LusPipeline.Cli.Submitting;

/// <summary>A file that is uploaded into a study.</summary>
/// <param name="Name">The video's name in its study, with segments separated by '/'.</param>
internal sealed record SubmittedVideo(string Path, string Name, long Bytes)
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        // Links are followed, and some form a cycle.
        MaxRecursionDepth = 32,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
    };

    /// <summary>
    /// Finds the videos under the paths. A file gets its own name; a file in a folder gets its path relative to the folder. Hidden files are ignored.
    /// </summary>
    /// <returns>The videos, and the number of other files.</returns>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="ArgumentException">Two files would get the same name.</exception>
    public static (IReadOnlyList<SubmittedVideo> Videos, int Skipped) Find(IEnumerable<string> paths)
    {
        var files = paths.SelectMany(path => Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", Everything).Select(file => (Path: file, Name: System.IO.Path.GetRelativePath(path, file).Replace('\\', '/')))
            : File.Exists(path)
                ? [(Path: path, Name: System.IO.Path.GetFileName(path))]
                : throw new FileNotFoundException($"'{path}' does not exist.")).ToList();
        var videos = files.Where(file => IsVideo(file.Path, file.Name))
            .Select(file => new SubmittedVideo(file.Path, file.Name, new FileInfo(file.Path).Length)).ToList();
        if (videos.GroupBy(video => video.Name).FirstOrDefault(group => group.Select(video => System.IO.Path.GetFullPath(video.Path)).Distinct().Count() > 1) is { } doubled)
            throw new ArgumentException($"Two files would be '{doubled.Key}' in the study: {string.Join(", ", doubled.Select(video => video.Path))}. Submit the folder above them instead.");
        videos = [.. videos.DistinctBy(video => video.Name)];
        return (videos, files.Count - videos.Count);
    }

    private static bool IsVideo(string path, string name) =>
        !name.Split('/').Any(segment => segment[0] == '.') && VideoSniffer.Sniff(path, name) is not SniffResult.Skipped;
}
