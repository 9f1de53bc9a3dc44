using LusPipeline.DeployTests.Chart;

namespace LusPipeline.DeployTests.Running;

/// <summary>The rendered objects against the schemas of Kubernetes and KEDA, which know what a field must not lack.</summary>
public sealed class ModelsTests(ManifestCheck check) : IClassFixture<ManifestCheck>
{
    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Every_object_has_what_it_must_have(string file)
    {
        var manifests = (await Manifest.RenderAsync(file)).Where(manifest => manifest.Group != "monitoring.coreos.com").Select(manifest => manifest.Text);

        var said = await check.RunAsync(string.Join("\n---\n", manifests));

        Assert.Contains("no unknown fields", said.Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode: QueueLength", "modes: QueueLength", false)]
    [InlineData("minReplicaCount: 0", "minReplicas: 0", true)]
    [InlineData("cooldownPeriod: 660", "cooldownPeriod: long", true)]
    public async Task A_typing_error_in_what_KEDA_reads_is_found(string right, string wrong, bool found)
    {
        var scaled = (await Manifest.RenderAsync("minimal.yaml")).Single(manifest => manifest.Kind == "ScaledObject" && manifest.Component == "features").Text;
        Assert.Contains(right, scaled, StringComparison.Ordinal);

        var said = await check.RunAsync(scaled.Replace(right, wrong, StringComparison.Ordinal));

        // A trigger's metadata are free texts, which only KEDA itself knows.
        Assert.Equal(found, said.ExitCode != 0);
    }
}

/// <summary>A copy of <c>manifests</c> in <c>LUS_SHARED</c>, with its packages of npm.</summary>
public sealed class ManifestCheck : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task> _installed;
    private int _files;

    public ManifestCheck() => _installed = new(InstallAsync);

    internal async Task<Said> RunAsync(string manifests)
    {
        SharedData.Require("tools", "manifests", "kval.mjs");
        await _installed.Value;
        var file = _folder[$"{Interlocked.Increment(ref _files)}.yaml"];
        await File.WriteAllTextAsync(file, manifests);
        return await Tool.StartAsync("node", [_folder["kval.mjs"], file], folder: _folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    private async Task InstallAsync()
    {
        foreach (var name in new[] { "kval.mjs", "package.json", "package-lock.json" })
            File.Copy(SharedData.Require("tools", "manifests", name), _folder[name]);
        (await Tool.StartAsync("npm", ["ci", "--silent", "--no-audit", "--no-fund"], folder: _folder.Path)).Succeeded();
    }
}
