namespace LusPipeline.Hosting.Broker;

/// <summary>Messages of each stage that are handled at one time.</summary>
public sealed record StageConcurrency(int Ingest, int Features, int Sequence)
{
    /// <param name="stage">One stage.</param>
    public int Of(StageSet stage) => stage switch
    {
        StageSet.Ingest => Ingest,
        StageSet.Features => Features,
        StageSet.Sequence => Sequence,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "One stage is wanted."),
    };
}
