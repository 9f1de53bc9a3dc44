using System.Globalization;
using LusPipeline.Buckets;
using LusPipeline.Explaining.Subjects;

namespace LusPipeline.Explaining.Frames;

/// <summary>
/// Clips that were decoded again, as files in a folder that only this user may enter. When they take more than their limit, those that were read longest ago
/// are deleted. Several processes may share a folder.
/// </summary>
public sealed class FrameCache
{
    /// <summary>The usual limit: some 190 clips of 20 frames of 299×299.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    private const string Ending = ".npy";
    private const string Scratch = "tmp-";

    /// <summary>A process that was killed leaves its scratch. No decoding takes this long.</summary>
    private static readonly TimeSpan ScratchAge = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly Lock _trimming = new();

    /// <param name="folder">The folder; made if it is missing, and made private.</param>
    /// <param name="maxBytes">The most bytes that the clips take together.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be made, or belongs to another user.</exception>
    public FrameCache(string folder, long maxBytes = DefaultMaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        _folder = PrivateFolder.Make(folder);
        _maxBytes = maxBytes;
        foreach (var left in new DirectoryInfo(_folder).EnumerateDirectories($"{Scratch}*").Where(one => one.LastWriteTimeUtc < DateTime.UtcNow - ScratchAge))
            left.Delete(recursive: true);
    }

    /// <summary>The content of a clip's file; null if it is not here.</summary>
    internal byte[]? Read(Guid clip, int height, int width)
    {
        var path = PathOf(clip, height, width);
        try
        {
            var content = File.ReadAllBytes(path);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return content;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes a finished file over from the same file system.</summary>
    internal void Take(Guid clip, int height, int width, string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        File.Move(file, PathOf(clip, height, width), overwrite: true);
        Trim();
    }

    /// <summary>A new private folder in the cache for files in the making.</summary>
    internal string MakeScratch() => PrivateFolder.Make(Path.Combine(_folder, $"{Scratch}{Guid.NewGuid():N}"));

    /// <summary>Deletes clips, for example those of a study that is erased.</summary>
    public void Remove(IEnumerable<Guid> clips)
    {
        var gone = clips.ToHashSet();
        foreach (var file in Files().Where(file => gone.Contains(ClipOf(file)!.Value)))
            file.Delete();
    }

    /// <summary>Deletes the clips that the ledger no longer has: <c>lus delete</c> may have run on another machine.</summary>
    public async Task ForgetErasedAsync(ClipSubjects ledger, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        Remove(await ledger.MissingAsync([.. Files().Select(file => ClipOf(file)!.Value).Distinct()], cancellation).ConfigureAwait(false));
    }

    private void Trim()
    {
        lock (_trimming)
        {
            var files = Files().OrderByDescending(file => file.LastWriteTimeUtc).ToList();
            var bytes = 0L;
            foreach (var file in files)
            {
                bytes += file.Length;
                if (bytes > _maxBytes)
                    file.Delete();
            }
        }
    }

    private IEnumerable<FileInfo> Files() => new DirectoryInfo(_folder).EnumerateFiles($"*{Ending}").Where(file => ClipOf(file) is not null);

    private string PathOf(Guid clip, int height, int width) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{clip:D}.{height}x{width}{Ending}"));

    private static Guid? ClipOf(FileInfo file) => Guid.TryParseExact(file.Name.Split('.')[0], "D", out var clip) ? clip : null;
}
