using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>The bytes that have come so far, <c>FILE.part</c>, and beside them the server's name for the file's content, <c>FILE.part.etag</c>.</summary>
internal sealed class PartialFile(string target)
{
    public string Path { get; } = target + ".part";

    private string TagPath => Path + ".etag";

    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>What the bytes are a part of; null when there are none, or the server gave no name that stands for every byte.</summary>
    public EntityTagHeaderValue? Tag =>
        Length > 0 && File.Exists(TagPath) && EntityTagHeaderValue.TryParse(File.ReadAllText(TagPath), out var tag) && !tag.IsWeak ? tag : null;

    /// <summary>Opens it for more bytes.</summary>
    public FileStream Continue() => new(Path, FileMode.Append, FileAccess.Write, FileShare.None);

    /// <summary>Opens it empty.</summary>
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

    /// <summary>Gives it the name of the whole file.</summary>
    public void Finish()
    {
        File.Move(Path, target, overwrite: true);
        File.Delete(TagPath);
    }

    /// <summary>md5 in lower-case hex: the only sum that Keras publishes for its older files. It tells damage, not malice.</summary>
    public static async Task<string> Md5Async(string path, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
#pragma warning disable CA5351
        return Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellation).ConfigureAwait(false));
#pragma warning restore CA5351
    }
}
