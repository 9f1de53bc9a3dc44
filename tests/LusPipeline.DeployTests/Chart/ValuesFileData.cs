namespace LusPipeline.DeployTests.Chart;

/// <summary>The files with values below <c>helm/lus-pipeline/ci</c>.</summary>
public sealed class ValuesFileData : TheoryData<string>
{
    public ValuesFileData()
    {
        foreach (var file in Helm.ValuesFiles)
            Add(file);
    }
}
