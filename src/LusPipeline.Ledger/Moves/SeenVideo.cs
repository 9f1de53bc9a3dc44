using LusPipeline.Core.Identity;
using LusPipeline.Core.Studies;

namespace LusPipeline.Ledger.Moves;

/// <summary>A video as a listing found it.</summary>
/// <param name="Key">The object's key below the watched prefix.</param>
/// <param name="Content">sha256 in lower-case hex (folder), or ETag and version (S3).</param>
/// <param name="Tag">Where the bucket finds just this content again.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Rejection">A video that the listing itself rejects: a link out of the folder, no permission, too large to be read.</param>
public sealed record SeenVideo(string Bucket, string Key, string Content, string Tag, long Size, Rejection? Rejection = null)
{
    /// <summary>Should its study be new, it is urgent.</summary>
    public bool Urgent { get; init; }

    public ObjectName Name { get; } = ObjectName.FromKey(Key);

    public Guid StudyId => LedgerIds.Study(Bucket, Name.Study);

    public Guid VideoId => LedgerIds.Video(Bucket, Name.Study, Key, Content);
}
