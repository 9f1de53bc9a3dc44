namespace LusPipeline.DeployTests.Running;

/// <summary>Classes with a control plane of their own run one after another: each takes more than half a gigabyte.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ControlPlaneCollection
{
    public const string Name = "control planes";
}
