namespace LusPipeline.Core.Stages;

/// <summary>A stage of the pipeline, in the order of the work.</summary>
public enum Stage
{
    /// <summary>Video → clips.</summary>
    Ingest,

    /// <summary>The frames of a clip → features.</summary>
    Features,

    /// <summary>The features of a clip → probabilities.</summary>
    Sequence,
}
