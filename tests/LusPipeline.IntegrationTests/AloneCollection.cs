namespace LusPipeline.IntegrationTests;

/// <summary>Tests that measure a time: they run one after another when all others are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
