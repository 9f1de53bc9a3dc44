namespace LusPipeline.Core.Stages;

/// <summary>The names of the stages in queues, metrics, the ledger and the command line.</summary>
public static class StageNames
{
    public static IReadOnlyList<Stage> All { get; } = [Stage.Ingest, Stage.Features, Stage.Sequence];

    private static readonly PerStage<string> Names = new("ingest", "features", "sequence");

    /// <returns><c>ingest</c>, <c>features</c> or <c>sequence</c>.</returns>
    public static string Name(this Stage stage) => Names[stage];

    /// <returns>Null for a text that names no stage.</returns>
    public static Stage? Parse(string name) => All.Where(stage => stage.Name() == name).Select(stage => (Stage?)stage).SingleOrDefault();
}
