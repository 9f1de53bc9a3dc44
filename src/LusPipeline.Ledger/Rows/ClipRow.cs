using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A clip of a video: one input of the model.</summary>
public sealed class ClipRow : ISwept
{
    public DateOnly StudyDay { get; set; }
    public Guid ClipId { get; set; }
    public Guid VideoId { get; set; }
    public VideoRow? Video { get; set; }

    /// <summary>Position of the clip in its video, from 0, in the order of time.</summary>
    public int ClipIndex { get; set; }

    /// <summary>The video's generation that this row's status belongs to.</summary>
    public int Generation { get; set; }

    /// <summary>found, cut, extracted, done, failed or cancelled.</summary>
    public required string Status { get; set; }

    public string? Reason { get; set; }

    /// <summary>sha256 of the frames object, lower-case hex. Null if the clip was cut by a version that did not store it.</summary>
    public string? FramesSha256 { get; set; }

    public string? FeaturesKey { get; set; }

    /// <summary>sha256 of the features object, lower-case hex.</summary>
    public string? FeaturesSha256 { get; set; }

    /// <summary>Attempts at the current stage that started and did not end.</summary>
    public int Starts { get; set; }

    /// <summary>Attempts at this generation, at either stage, that ended in a transient failure or found their object missing.</summary>
    public int Retries { get; set; }

    /// <summary>A retry waits until this time (UTC). The sweeper checks the row from this time on.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>The id of the worker that owns the row. Null if nobody has started it, and always in the ledger of <c>lus run</c>.</summary>
    public Guid? WorkerId { get; set; }

    /// <summary>How many times the row's message was published since its last start. 0 if no queue can hold one.</summary>
    public int Publishes { get; set; }

    public DateTime CutAt { get; set; }
    public DateTime? FinishedAt { get; set; }
}

internal sealed class ClipConfiguration : IEntityTypeConfiguration<ClipRow>
{
    public void Configure(EntityTypeBuilder<ClipRow> builder)
    {
        builder.ToTable("clips");
        builder.HasKey(clip => new { clip.StudyDay, clip.ClipId });
        builder.HasOne(clip => clip.Video).WithMany().HasForeignKey(clip => clip.VideoId);
        builder.HasIndex(clip => new { clip.VideoId, clip.Generation, clip.ClipIndex });
        builder.HasIndex(clip => new { clip.Status, clip.NotBefore }).HasFilter("status IN ('cut', 'extracted')");
    }
}
