using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>An object of the watched bucket, the target that it is processed for, and its status.</summary>
public sealed class VideoRow : ISwept
{
    public Guid VideoId { get; set; }
    public Guid StudyId { get; set; }
    public DateOnly StudyDay { get; set; }
    public StudyRow? Study { get; set; }

    /// <summary>The object's key below the watched prefix.</summary>
    public required string ObjectKey { get; set; }

    /// <summary>The content's id: sha256 in lower-case hex (folder), or ETag and version (S3).</summary>
    public required string Content { get; set; }

    /// <summary>The tag with which the bucket finds exactly this content again: size, time and inode (folder), or ETag and version (S3).</summary>
    public required string Tag { get; set; }

    /// <summary>Size in bytes.</summary>
    public long Size { get; set; }

    /// <summary>Whether the key now holds other content. The video is then no longer part of the study's result.</summary>
    public bool Superseded { get; set; }

    public DateTime FoundAt { get; set; }

    /// <summary><c>whole</c> or <c>windows</c>.</summary>
    public required string PlanKind { get; set; }

    /// <summary>T, the number of frames of a clip.</summary>
    public int ClipFrames { get; set; }

    /// <summary>Length of a window in ticks of 100 ns; 0 for <c>whole</c>.</summary>
    public long WindowTicks { get; set; }

    /// <summary>Distance of two windows in ticks of 100 ns; 0 for <c>whole</c>.</summary>
    public long StrideTicks { get; set; }

    public required string BundleId { get; set; }
    public required string Variant { get; set; }

    /// <summary>
    /// Generation of the video. <c>--force</c>, a replay and every other change of the target raise it. Messages of an older generation are
    /// out of date.
    /// </summary>
    public int Generation { get; set; }

    /// <summary>
    /// A random number that is new with each generation. The number of a generation can repeat: an older dump of the ledger was restored, or
    /// the study was deleted and arrived again. Then the epoch differs, and an attempt of before moves nothing.
    /// </summary>
    public long Epoch { get; set; }

    /// <summary>found, cut, done, rejected, failed or cancelled.</summary>
    public required string Status { get; set; }

    /// <summary>One of the reason codes; null if the video was neither rejected nor failed.</summary>
    public string? Reason { get; set; }

    public string? Detail { get; set; }

    /// <summary>The limit that rejected the video, with its value at that time. A higher limit makes the video eligible again.</summary>
    public long? LimitHit { get; set; }

    /// <summary>Comma-separated warning codes.</summary>
    public string Warnings { get; set; } = "";

    public string? Codec { get; set; }
    public int? Width { get; set; }
    public int? Height { get; set; }

    /// <summary>n, the number of decoded frames.</summary>
    public int? Frames { get; set; }

    public long? DurationTicks { get; set; }

    /// <summary>The number of clips of the current target; null until the video is cut.</summary>
    public int? Clips { get; set; }

    /// <summary>Attempts at ingest that started and did not end.</summary>
    public int Starts { get; set; }

    /// <summary>Attempts at ingest that ended in a transient failure.</summary>
    public int Retries { get; set; }

    /// <summary>A retry waits until this time (UTC). The sweeper checks the row from this time on.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>The id of the worker that owns the row. Null if nobody has started it, and always in the ledger of <c>lus run</c>.</summary>
    public Guid? WorkerId { get; set; }

    /// <summary>How many times the row's message was published since its last start. 0 if no queue can hold one.</summary>
    public int Publishes { get; set; }

    public DateTime? StartedAt { get; set; }
    public DateTime? FinishedAt { get; set; }

    /// <summary>W3C trace context of the current generation.</summary>
    public required string TraceParent { get; set; }
}

internal sealed class VideoConfiguration : IEntityTypeConfiguration<VideoRow>
{
    public void Configure(EntityTypeBuilder<VideoRow> builder)
    {
        builder.ToTable("videos");
        builder.HasKey(video => video.VideoId);
        builder.HasOne(video => video.Study).WithMany(study => study.Videos).HasForeignKey(video => video.StudyId);
        builder.HasIndex(video => new { video.StudyId, video.ObjectKey });
        builder.HasIndex(video => new { video.Status, video.NotBefore }).HasFilter("status IN ('found', 'cut')");
        builder.HasIndex(video => video.FinishedAt).HasFilter("finished_at IS NOT NULL");
    }
}
