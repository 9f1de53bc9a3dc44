namespace LusPipeline.DeployTests.Running;

/// <summary>The promise itself: real KEDA on a real control plane scales features workers by work in a real broker and a real ledger.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class KedaTests(ControlPlane kube, Backlog backlog) : IClassFixture<ControlPlane>, IClassFixture<Backlog>
{
    private const string Queue = "lus.features";
    private const int Cooldown = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Everything as the chart has it, but for shorter times.</summary>
    private const string Values = """
        settings:
          Attempts: {Timeout: 20s}
        scaling: {pollSeconds: 2, cooldownSeconds: 20, scaleDown: {stabilizationSeconds: 5, pods: 4, periodSeconds: 5}}
        features: {scaling: {min: 0, max: 4, workPerPod: 5}}
        """;

    [Fact]
    public async Task Messages_that_wait_or_are_held_take_features_workers_from_zero_and_back() => await ScaleAsync(
        "keda-rabbitmq",
        "scaling: {trigger: rabbitmq}",
        some: async () =>
        {
            await backlog.PublishAsync(Queue, 12);
            await backlog.PublishAsync("lus.features.urgent", 1);
            await backlog.HoldAsync(Queue, 6);
        },
        heldOnly: async () =>
        {
            await backlog.PurgeAsync(Queue);
            await backlog.PurgeAsync("lus.features.urgent");
        },
        burst: () => backlog.PublishAsync(Queue, 100),
        none: () => backlog.EmptyAsync(Queue));

    [Fact]
    public async Task Clips_of_the_ledger_that_wait_or_run_do_the_same() => await ScaleAsync(
        "keda-postgresql",
        "scaling: {trigger: postgresql}",
        some: () => backlog.SetClipsAsync(waiting: 7, running: 6),
        heldOnly: () => backlog.SetClipsAsync(waiting: 0, running: 6),
        burst: () => backlog.SetClipsAsync(waiting: 100, running: 6),
        none: () => backlog.SetClipsAsync(0, 0));

    /// <param name="some">13 pieces of work, 6 of them held.</param>
    /// <param name="heldOnly">6 pieces, all held.</param>
    private async Task ScaleAsync(string space, string trigger, Func<Task> some, Func<Task> heldOnly, Func<Task> burst, Func<Task> none)
    {
        await backlog.RequireAsync();
        await kube.RequireKedaAsync();
        await kube.ApplyAsync(string.Join(
            '\n', Space.Whole(space), Space.Secret(space, "lus-scaler", ("management-url", backlog.ManagementUrl), ("database-connection", backlog.DatabaseConnection))));
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["values.yaml"], Values);
        await File.WriteAllTextAsync(folder["trigger.yaml"], trigger);
        (await kube.HelmAsync("install", Helm.Release, Helm.Chart, "--namespace", space, "-f", Helm.ValuesFile("minimal.yaml"), "-f", folder["values.yaml"], "-f", folder["trigger.yaml"], "--wait")).Succeeded();
        Task<int> WorkersAsync() => CountAsync(space);
        async Task<TimeSpan> UntilAsync(int workers, string why)
        {
            try
            {
                return await Patience.UntilAsync(WorkersAsync, count => count == workers, why, Limit);
            }
            catch (Xunit.Sdk.XunitException late)
            {
                throw new InvalidOperationException($"{late.Message}\n{kube.KedaErrors()}", late);
            }
        }

        await UntilAsync(0, "no work, no worker");

        await some();
        // ceil(13 / 5)
        await UntilAsync(3, "13 pieces of work");
        await Patience.WhileAsync(WorkersAsync, count => count == 3, "13 pieces of work stay", TimeSpan.FromSeconds(20));

        await heldOnly();
        // ceil(6 / 5)
        await UntilAsync(2, "6 pieces that are held");
        await Patience.WhileAsync(WorkersAsync, count => count == 2, "no worker is taken from work that is held", TimeSpan.FromSeconds(Cooldown * 2));

        await burst();
        await UntilAsync(4, "a burst takes all");

        await none();
        var time = await UntilAsync(0, "nothing is left");
        // The broker's numbers are up to 5 s old, which makes it later, never earlier.
        Assert.InRange(time.TotalSeconds, Cooldown - 2, Limit.TotalSeconds);
        TestContext.Current.TestOutputHelper?.WriteLine($"{space}: none {time.TotalSeconds:F0} s after the last work");

        (await kube.HelmAsync("uninstall", Helm.Release, "--namespace", space, "--wait")).Succeeded();
    }

    /// <summary>The number of workers that the Deployment is to have.</summary>
    private async Task<int> CountAsync(string space) =>
        (await kube.GetAsync("deployments", space, "app.kubernetes.io/component=features")).Single()["spec"]!["replicas"]!.GetValue<int>();
}
