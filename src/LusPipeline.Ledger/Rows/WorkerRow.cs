using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

/// <summary>A process that works on the ledger.</summary>
public sealed class WorkerRow
{
    public Guid WorkerId { get; set; }

    /// <summary>Comma-separated names of its stages: ingest, features, sequence.</summary>
    public required string Stages { get; set; }

    /// <summary>Host name of the worker's machine or pod.</summary>
    public required string Host { get; set; }

    public int ProcessId { get; set; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; set; }

    /// <summary>Where its models run: <c>cpu</c> or <c>cuda</c>. Empty for a worker without a model.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Comma-separated ids of the bundles whose features it computes. Empty for a worker without the features stage.</summary>
    public string Bundles { get; set; } = "";

    public DateTime StartedAt { get; set; }

    /// <summary>Time of the last heartbeat, by the database's clock, UTC.</summary>
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
