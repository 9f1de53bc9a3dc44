using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A study: one examination of a patient.</summary>
public sealed class StudyRow
{
    public Guid StudyId { get; set; }

    /// <summary>UTC date on which the study was first seen. It never changes, so large tables can be partitioned by it.</summary>
    public DateOnly StudyDay { get; set; }

    public required string Bucket { get; set; }
    public required string Name { get; set; }

    /// <summary>open, done, failed or cancelled.</summary>
    public required string Status { get; set; }

    /// <summary>How many times the study was completed. A late video raises it.</summary>
    public int Revision { get; set; }

    /// <summary>The study may be completed from this time (UTC) on. Null while its listing is unfinished.</summary>
    public DateTime? CompletableAt { get; set; }

    /// <summary>When the sweeper checks whether the study is complete, UTC. Null if there is no sweeper.</summary>
    public DateTime? CheckAt { get; set; }

    /// <summary>The last revision whose result was written and announced.</summary>
    public int AnnouncedRevision { get; set; }

    /// <summary>What was announced at that revision; null if no video had a result.</summary>
    public double? AnnouncedCovid { get; set; }

    public double? AnnouncedPneumonia { get; set; }
    public double? AnnouncedHealthy { get; set; }
    public double? AnnouncedSpread { get; set; }
    public bool? AnnouncedUncertain { get; set; }
    public int? AnnouncedVideos { get; set; }
    public int? AnnouncedRejected { get; set; }

    /// <summary>The number of videos that failed or were cancelled.</summary>
    public int? AnnouncedFailed { get; set; }

    public DateTime FirstSeenAt { get; set; }
    public DateTime? CompletedAt { get; set; }

    /// <summary>W3C trace context of the study's first trace.</summary>
    public required string TraceParent { get; set; }

    /// <summary>Whether the study is processed before routine ones, at every stage.</summary>
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
        builder.HasIndex(study => new { study.FirstSeenAt, study.StudyId });
        builder.HasIndex(study => new { study.Status, study.FirstSeenAt, study.StudyId });
        builder.HasIndex(study => study.CheckAt).HasFilter("status = 'open'");
        builder.HasIndex(study => study.CompletedAt).HasFilter("announced_revision < revision").HasDatabaseName("ix_studies_unannounced");
    }
}
