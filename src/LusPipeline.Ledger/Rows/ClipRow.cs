using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>One input of the model.</summary>
public sealed class ClipRow : ISwept
{
    public DateOnly StudyDay { get; set; }
    public Guid ClipId { get; set; }
    public Guid VideoId { get; set; }
    public VideoRow? Video { get; set; }

    /// <summary>From 0, in the order of time.</summary>
    public int ClipIndex { get; set; }

    /// <summary>The video's generation that this state belongs to.</summary>
    public int Generation { get; set; }

    /// <summary>found, cut, extracted, done, failed or cancelled.</summary>
    public required string Status { get; set; }

    public string? Reason { get; set; }
    public string? FeaturesKey { get; set; }

    /// <summary>Of the features object, lower-case hex.</summary>
    public string? FeaturesSha256 { get; set; }

    /// <summary>Attempts at the current stage that started and have not ended.</summary>
    public int Starts { get; set; }

    /// <summary>Attempts at this generation, at either stage, that ended in a transient failure or found their object gone.</summary>
    public int Retries { get; set; }

    /// <summary>A retry waits until then; the sweeper looks at the row from then on.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>The worker that started the attempt; null when nobody has it, or in the ledger of one process.</summary>
    public Guid? WorkerId { get; set; }

    /// <summary>Times that its message was published since its last start; 0 when no queue can hold one.</summary>
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
