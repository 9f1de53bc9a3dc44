using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>One object of the watched bucket, the target that it is meant for, and where it stands on the way there.</summary>
public sealed class VideoRow : ISwept
{
    public Guid VideoId { get; set; }
    public Guid StudyId { get; set; }
    public DateOnly StudyDay { get; set; }
    public StudyRow? Study { get; set; }

    /// <summary>The object's key below the watched prefix.</summary>
    public required string ObjectKey { get; set; }

    /// <summary>sha256 in lower-case hex (folder), or ETag and version (S3).</summary>
    public required string Content { get; set; }

    /// <summary>Where the bucket finds just this content again: a folder's size, time and inode, or an S3 ETag and version.</summary>
    public required string Tag { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>The same key now holds other content: no part of the study's result any more.</summary>
    public bool Superseded { get; set; }

    public DateTime FoundAt { get; set; }

    /// <summary>whole or windows.</summary>
    public required string PlanKind { get; set; }

    /// <summary>T, the frames of a clip.</summary>
    public int ClipFrames { get; set; }

    /// <summary>Ticks of 100 ns; 0 for whole.</summary>
    public long WindowTicks { get; set; }

    /// <summary>Ticks of 100 ns; 0 for whole.</summary>
    public long StrideTicks { get; set; }

    public required string BundleId { get; set; }
    public required string Variant { get; set; }

    /// <summary>Raised by <c>--force</c>, replay and every other change of the target; messages of an older one are stale.</summary>
    public int Generation { get; set; }

    /// <summary>found, cut, done, rejected, failed or cancelled.</summary>
    public required string Status { get; set; }

    /// <summary>A reason code.</summary>
    public string? Reason { get; set; }

    public string? Detail { get; set; }

    /// <summary>The limit that rejected the video, as it was then; a higher one makes it eligible again.</summary>
    public long? LimitHit { get; set; }

    /// <summary>Comma-separated warning codes.</summary>
    public string Warnings { get; set; } = "";

    public string? Codec { get; set; }
    public int? Width { get; set; }
    public int? Height { get; set; }

    /// <summary>n, the decoded frames.</summary>
    public int? Frames { get; set; }

    public long? DurationTicks { get; set; }

    /// <summary>Clips of the current target; null until cut.</summary>
    public int? Clips { get; set; }

    /// <summary>Attempts at ingest that started and have not ended.</summary>
    public int Starts { get; set; }

    /// <summary>Attempts at ingest that ended in a transient failure.</summary>
    public int Retries { get; set; }

    /// <summary>A retry waits until then; the sweeper looks at the row from then on.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>The worker that started the attempt; null when nobody has it, or in the ledger of one process.</summary>
    public Guid? WorkerId { get; set; }

    /// <summary>Times that its message was published since its last start; 0 when no queue can hold one.</summary>
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
