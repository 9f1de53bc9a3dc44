using LusPipeline.Core.Identity;
using LusPipeline.Core.Studies;

namespace LusPipeline.Ledger.Moves;

/// <summary>A video that a listing found.</summary>
/// <param name="Key">The object's key below the watched prefix.</param>
/// <param name="Content">The content's id: sha256 in lower-case hex (folder), or ETag and version (S3).</param>
/// <param name="Tag">The tag with which the bucket finds exactly this content again.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Rejection">
/// Why the listing rejects the video: it is a link out of the folder, permission is missing, or it is too large. Null if it does not.
/// </param>
public sealed record SeenVideo(string Bucket, string Key, string Content, string Tag, long Size, Rejection? Rejection = null)
{
    /// <summary>Whether a new study of this video is urgent.</summary>
    public bool Urgent { get; init; }

    /// <summary>What a DICOM object says that it belongs to, as hashes; null for other videos, which belong to the folder that they lie in.</summary>
    public LoopIdentity? Loop { get; init; }

    public ObjectName Name => Loop is { } loop ? ObjectName.FromKey(Key) with { Study = loop.Study } : ObjectName.FromKey(Key);

    public Guid StudyId => LedgerIds.Study(Bucket, Name.Study);

    public Guid VideoId => LedgerIds.Video(Bucket, Name.Study, Loop?.Instance ?? Key, Content);
}
