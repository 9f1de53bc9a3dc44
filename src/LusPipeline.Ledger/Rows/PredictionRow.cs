namespace LusPipeline.Ledger.Rows;

/// <summary>One clip by one model.</summary>
public sealed class PredictionRow
{
    public DateOnly StudyDay { get; set; }
    public Guid ClipId { get; set; }
    public required string BundleId { get; set; }
    public required string Variant { get; set; }
    public int Generation { get; set; }
    public Guid VideoId { get; set; }

    /// <summary>Position of the clip in its video, from 0.</summary>
    public int ClipIndex { get; set; }

    public double Covid { get; set; }
    public double Pneumonia { get; set; }
    public double Healthy { get; set; }
    public DateTime PredictedAt { get; set; }
}
