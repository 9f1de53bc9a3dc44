namespace LusPipeline.Core.Stages;

/// <summary>A value for each stage.</summary>
public record PerStage<T>(T Ingest, T Features, T Sequence)
{
    public T this[Stage stage] => stage switch
    {
        Stage.Ingest => Ingest,
        Stage.Features => Features,
        Stage.Sequence => Sequence,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "There is no such stage."),
    };
}
