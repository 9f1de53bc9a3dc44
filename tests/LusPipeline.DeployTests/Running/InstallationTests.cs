using System.Text.Json.Nodes;
using LusPipeline.DeployTests.Chart;

namespace LusPipeline.DeployTests.Running;

/// <summary>The life of a release on a real control plane, with each file of values.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class InstallationTests(ControlPlane kube, Lives lives) : IClassFixture<ControlPlane>, IClassFixture<Lives>, IAsyncLifetime
{
    private const string Ours = "app.kubernetes.io/instance=lus";

    /// <summary>Everything that the chart can make, but for what hooks make.</summary>
    private const string Kinds = "deployments,services,poddisruptionbudgets,networkpolicies,horizontalpodautoscalers,scaledobjects,triggerauthentications,podmonitors,prometheusrules,priorityclasses,serviceaccounts";

    public async ValueTask InitializeAsync()
    {
        await kube.RequireAsync();
        await kube.ApplyAsync(Space.Nodes);
        await ClaimAsync("gpu-shared-1", "nvidia.com/gpu.shared");
        await ClaimAsync("gpu-mig-1", "nvidia.com/mig-1g.10gb");
        // Room for several releases at a time.
        await ClaimAsync("cpu-1", "example.org/none");
        await ClaimAsync("cpu-2", "example.org/none");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public Task A_release_is_installed_upgraded_rolled_back_tested_and_removed_without_a_warning(string file) => lives.OfAsync(file, WholeLifeAsync);

    [Fact]
    public async Task The_servers_to_try_are_taken_as_they_are()
    {
        var manifests = (await Tool.StartAsync("bash", [Repository.PathOf("deploy", "kubernetes", "trial.sh"), "manifests"])).Succeeded();
        var said = await kube.KubectlAsync(["apply", "--validate=strict", "-f", "-"], manifests);

        Silent(said);
        Assert.Contains("statefulset.apps/rabbitmq created", said.Output, StringComparison.Ordinal);
        Silent(await kube.HelmAsync("install", "trial", Helm.Chart, "--namespace", "lus", "-f", Repository.PathOf("deploy", "kubernetes", "trial-values.yaml"), "--wait", "--timeout", "6m"));
        Silent(await kube.HelmAsync("uninstall", "trial", "--namespace", "lus", "--wait"));
    }

    [Fact]
    public async Task The_job_that_trains_is_taken_where_pods_are_restricted()
    {
        var said = await kube.KubectlAsync(
            ["apply", "--dry-run=server", "--validate=strict", "--namespace", "lus", "-f", Repository.PathOf("deploy", "kubernetes", "train-job.yaml")]);

        Assert.Equal("job.batch/lus-train created (server dry run)", said.Trim());
    }

    [Fact]
    public async Task A_field_that_Kubernetes_does_not_know_is_refused()
    {
        var manifests = (await Helm.TemplateAsync("minimal.yaml")).Succeeded();

        var said = await kube.KubectlAsync(
            ["apply", "--dry-run=server", "--validate=strict", "--namespace", "lus", "-f", "-"], manifests.Replace("periodSeconds: 15", "periodSecond: 15", StringComparison.Ordinal));

        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains("periodSecond", said.Errors, StringComparison.Ordinal);
    }

    private async Task WholeLifeAsync(string file)
    {
        var space = $"chart-{Path.GetFileNameWithoutExtension(file)}";
        await kube.ApplyAsync(Space.Whole(space));
        try
        {
            await LiveAsync(space, file);
        }
        finally
        {
            // What a failed test left would take the nodes' room.
            await kube.KubectlAsync("delete", "namespace", space, "--wait=false");
        }
    }

    private async Task LiveAsync(string space, string file)
    {
        using var earlier = await EarlierChartAsync();

        // From the version before.
        Silent(await HelmAsync("install", space, earlier["lus-pipeline"], file));
        await PlacedAsync(space, file);
        await MigratedFirstAsync(space, file);
        Assert.All(await GenerationsAsync(space, file), version => Assert.Equal("0.0.9", version));

        Silent(await HelmAsync("upgrade", space, Helm.Chart, file, "--set-string", "features.podAnnotations.round=second"));
        await PlacedAsync(space, file);
        await MigratedFirstAsync(space, file);
        Assert.All(await GenerationsAsync(space, file), version => Assert.NotEqual("0.0.9", version));
        var manifests = (await kube.HelmAsync("get", "manifest", Helm.Release, "--namespace", space)).Succeeded();
        Silent(await kube.KubectlAsync(["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--namespace", space, "-f", "-"], manifests));

        Silent(await kube.HelmAsync("rollback", Helm.Release, "1", "--namespace", space, "--wait", "--timeout", "6m"));
        Assert.All(await GenerationsAsync(space, file), version => Assert.Equal("0.0.9", version));

        var tested = await kube.HelmAsync("test", Helm.Release, "--namespace", space, "--timeout", "6m");
        Silent(tested);
        Assert.Equal(3, tested.Output.Split("Phase:").Count(part => part.TrimStart().StartsWith("Succeeded", StringComparison.Ordinal)));

        Silent(await kube.HelmAsync("uninstall", Helm.Release, "--namespace", space, "--wait", "--timeout", "6m"));
        var left = (await kube.GetAsync(Kinds, space, Ours)).Select(one => (Kind: $"{one["kind"]}", Name: $"{one["metadata"]!["name"]}"));
        // Priority classes are the whole cluster's; those of other releases have another namespace in their names.
        Assert.DoesNotContain(left, one => one.Kind != "PriorityClass" || one.Name.StartsWith($"{space}-", StringComparison.Ordinal));
    }

    private Task<Said> HelmAsync(string command, string space, string chart, string file, params string[] options) =>
        kube.HelmAsync([command, Helm.Release, chart, "--namespace", space, "-f", Helm.ValuesFile(file), "--wait", "--timeout", "6m", .. options]);

    private static void Silent(Said said)
    {
        said.Succeeded();
        Assert.DoesNotContain("warning", said.All.Replace("WARNING: networkPolicy", "", StringComparison.Ordinal).Replace("WARNING: the broker's port 5672", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>All workers run, those with a GPU where GPUs are and the others elsewhere.</summary>
    private async Task PlacedAsync(string space, string file)
    {
        var pods = (await kube.GetAsync("pods", space, $"{Ours},app.kubernetes.io/component in (ingest,features,sequence)"))
            .Where(pod => pod["metadata"]!["deletionTimestamp"] is null).ToList();

        Assert.All(pods, pod => Assert.Equal("Running", pod["status"]!["phase"]!.ToString()));
        var places = pods.Select(pod => (Stage: pod["metadata"]!["labels"]!["app.kubernetes.io/component"]!.ToString(), Node: pod["spec"]!["nodeName"]!.ToString())).ToList();
        var onGpu = file switch { "gpu.yaml" => "gpu-1", "gpu-shared.yaml" => "gpu-shared-1", "gpu-mig.yaml" => "gpu-mig-1", _ => null };
        Assert.All(places, place => Assert.True(
            place.Stage == "features" && onGpu is not null ? place.Node == onGpu : place.Node.StartsWith("cpu-", StringComparison.Ordinal), $"{place.Stage} is on {place.Node}."));
        Assert.Equal(["features", "ingest", "sequence"], places.Select(place => place.Stage).Distinct().Order());
    }

    /// <summary>The last migration ended before the workers of this version were made.</summary>
    private async Task MigratedFirstAsync(string space, string file)
    {
        var jobs = await kube.GetAsync("jobs", space, Ours);
        if (file == "cloud.yaml")
        {
            Assert.Empty(jobs);
            return;
        }
        var ended = Time(Assert.Single(jobs)["status"]!["completionTime"]!);
        var version = jobs[0]["metadata"]!["labels"]!["app.kubernetes.io/version"]!.ToString();
        var workers = (await kube.GetAsync("pods", space, $"{Ours},app.kubernetes.io/component in (ingest,features,sequence),app.kubernetes.io/version={version}")).ToList();
        Assert.NotEmpty(workers);
        Assert.All(workers, pod => Assert.True(Time(pod["metadata"]!["creationTimestamp"]!) >= ended, $"{pod["metadata"]!["name"]} is older than the migration's end."));
    }

    /// <summary>The chart's version that each Deployment has.</summary>
    private async Task<IReadOnlyList<string>> GenerationsAsync(string space, string file)
    {
        var deployments = await kube.GetAsync("deployments", space, Ours);
        Assert.Equal(file == "web.yaml" ? 4 : 3, deployments.Count);
        return [.. deployments.Select(deployment => deployment["spec"]!["template"]!["metadata"]!["labels"]!["app.kubernetes.io/version"]!.ToString())];
    }

    /// <summary>The chart as an earlier version of itself.</summary>
    private static async Task<TemporaryFolder> EarlierChartAsync()
    {
        var folder = new TemporaryFolder();
        (await Tool.StartAsync("cp", ["-r", Helm.Chart, folder.Path])).Succeeded();
        var chart = Path.Combine(folder["lus-pipeline"], "Chart.yaml");
        var lines = await File.ReadAllLinesAsync(chart);
        await File.WriteAllLinesAsync(chart, lines.Select(line => line.Split(':')[0] is "version" or "appVersion" ? $"{line.Split(':')[0]}: 0.0.9" : line));
        return folder;
    }

    private Task<string> ClaimAsync(string node, string resource)
    {
        var amounts = $$"""{"cpu": "96", "memory": "384Gi", "pods": "110", "ephemeral-storage": "900Gi", "{{resource}}": "2"}""";
        return kube.KubectlAsync("patch", "node", node, "--subresource=status", "--type=merge", "-p", $$$"""
            {"status": {"capacity": {{{amounts}}}, "allocatable": {{{amounts}}},
             "conditions": [{"type": "Ready", "status": "True", "reason": "Pretended", "lastHeartbeatTime": "2099-01-01T00:00:00Z", "lastTransitionTime": "2020-01-01T00:00:00Z"}]}}
            """);
    }

    private static DateTimeOffset Time(JsonNode node) => DateTimeOffset.Parse(node.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The lives of the releases of all files: waiting is most of a life, so four of them run side by side.</summary>
public sealed class Lives : IDisposable
{
    private readonly SemaphoreSlim _places = new(4);
    private readonly Lock _starting = new();
    private Dictionary<string, Task>? _all;

    /// <summary>The life of one file's release. The first call starts all.</summary>
    public Task OfAsync(string file, Func<string, Task> live)
    {
        lock (_starting)
        {
            if (_all is null)
            {
                // They outlive the test that starts them, and so its context.
                using var none = ExecutionContext.SuppressFlow();
                _all = Helm.ValuesFiles.ToDictionary(one => one, one => Task.Run(() => InTurnAsync(one, live)), StringComparer.Ordinal);
            }
        }
        return _all[file];
    }

    public void Dispose() => _places.Dispose();

    private async Task InTurnAsync(string file, Func<string, Task> live)
    {
        await _places.WaitAsync();
        try
        {
            await live(file);
        }
        finally
        {
            _places.Release();
        }
    }
}
