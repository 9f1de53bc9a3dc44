using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>
/// An incomplete download: the bytes so far in <c>FILE.part</c>, and the entity tag that the server gave the content in <c>FILE.part.etag</c>.
/// </summary>
internal sealed class PartialFile(string target)
{
    public string Path { get; } = target + ".part";

    private string TagPath => Path + ".etag";

    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>The entity tag of the content. Null if there are no bytes, or the server gave no strong tag.</summary>
    public EntityTagHeaderValue? Tag =>
        Length > 0 && File.Exists(TagPath) && EntityTagHeaderValue.TryParse(File.ReadAllText(TagPath), out var tag) && !tag.IsWeak ? tag : null;

    /// <summary>Opens the file to append bytes.</summary>
    public FileStream Continue() => new(Path, FileMode.Append, FileAccess.Write, FileShare.None);

    /// <summary>Opens the file empty and stores its entity tag.</summary>
    public FileStream Begin(EntityTagHeaderValue? tag)
    {
        File.Delete(TagPath);
        var stream = new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.None);
        if (tag is { IsWeak: false })
            File.WriteAllText(TagPath, tag.ToString());
        return stream;
    }

    public void Delete()
    {
        File.Delete(Path);
        File.Delete(TagPath);
    }

    /// <summary>Gives the file its final name.</summary>
    public void Finish()
    {
        File.Move(Path, target, overwrite: true);
        File.Delete(TagPath);
    }

    /// <summary>
    /// The file's md5 in lower-case hex. It is the only checksum that Keras publishes for its older files. It detects damage, not tampering.
    /// </summary>
    public static async Task<string> Md5Async(string path, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
#pragma warning disable CA5351
        return Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellation).ConfigureAwait(false));
#pragma warning restore CA5351
    }
}
