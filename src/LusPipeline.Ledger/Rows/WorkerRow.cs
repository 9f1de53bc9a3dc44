using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>One process that works on the ledger.</summary>
public sealed class WorkerRow
{
    public Guid WorkerId { get; set; }

    /// <summary>Comma-separated: ingest, features, sequence.</summary>
    public required string Stages { get; set; }

    /// <summary>Host name of its machine or pod.</summary>
    public required string Host { get; set; }

    public int ProcessId { get; set; }

    /// <summary>Of the program.</summary>
    public required string Version { get; set; }

    /// <summary>What its models run on: cpu or cuda; empty for a worker without a model.</summary>
    public string Provider { get; set; } = "";

    public DateTime StartedAt { get; set; }

    /// <summary>By the database's clock.</summary>
    public DateTime HeartbeatAt { get; set; }
}

internal sealed class WorkerConfiguration : IEntityTypeConfiguration<WorkerRow>
{
    public void Configure(EntityTypeBuilder<WorkerRow> builder)
    {
        builder.ToTable("workers");
        builder.HasKey(worker => worker.WorkerId);
    }
}
