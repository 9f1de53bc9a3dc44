using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>One examination.</summary>
public sealed class StudyRow
{
    public Guid StudyId { get; set; }

    /// <summary>UTC date on which the study was first seen; never changes, so large tables can be partitioned by it.</summary>
    public DateOnly StudyDay { get; set; }

    public required string Bucket { get; set; }
    public required string Name { get; set; }

    /// <summary>open, done, failed or cancelled.</summary>
    public required string Status { get; set; }

    /// <summary>Times the study was completed; a late video raises it.</summary>
    public int Revision { get; set; }

    /// <summary>From when on the study may be completed; null while its listing is unfinished.</summary>
    public DateTime? CompletableAt { get; set; }

    /// <summary>When the sweeper looks whether the study is complete; null where there is none.</summary>
    public DateTime? CheckAt { get; set; }

    /// <summary>The last revision whose result was written and told of.</summary>
    public int AnnouncedRevision { get; set; }

    /// <summary>What was told at that revision; null where no video had a result.</summary>
    public double? AnnouncedCovid { get; set; }

    public double? AnnouncedPneumonia { get; set; }
    public double? AnnouncedHealthy { get; set; }
    public double? AnnouncedSpread { get; set; }
    public bool? AnnouncedUncertain { get; set; }
    public int? AnnouncedVideos { get; set; }
    public int? AnnouncedRejected { get; set; }

    /// <summary>Failed or cancelled.</summary>
    public int? AnnouncedFailed { get; set; }

    public DateTime FirstSeenAt { get; set; }
    public DateTime? CompletedAt { get; set; }

    /// <summary>W3C trace context of the study's first trace.</summary>
    public required string TraceParent { get; set; }

    /// <summary>Taken before routine work at every stage.</summary>
    public bool Urgent { get; set; }

    public List<VideoRow> Videos { get; } = [];
}

internal sealed class StudyConfiguration : IEntityTypeConfiguration<StudyRow>
{
    public void Configure(EntityTypeBuilder<StudyRow> builder)
    {
        builder.ToTable("studies");
        builder.HasKey(study => study.StudyId);
        builder.HasIndex(study => new { study.Bucket, study.Name }).IsUnique();
        builder.HasIndex(study => study.CheckAt).HasFilter("status = 'open'");
        builder.HasIndex(study => study.CompletedAt).HasFilter("announced_revision < revision").HasDatabaseName("ix_studies_unannounced");
    }
}
