using System.Globalization;
using k8s.Models;

namespace LusPipeline.DeployTests.Chart;

/// <summary>What scales the workers.</summary>
public sealed class ScalingTests
{
    [Fact]
    public async Task KEDA_counts_held_messages_of_both_queues_of_a_stage()
    {
        var features = await ScaledAsync("minimal.yaml", "features");
        var trigger = features["triggers"]![0]!;
        var metadata = trigger["metadata"]!;

        Assert.Equal("rabbitmq", trigger["type"]!.ToString());
        Assert.Equal(("http", "false", "sum", "true"), (Text(metadata, "protocol"), Text(metadata, "excludeUnacknowledged"), Text(metadata, "operation"), Text(metadata, "useRegex")));
        Assert.Equal("^lus[.]features([.]urgent)?$", Text(metadata, "queueName"));
        Assert.Equal(("0", "8", "8"), (Text(features, "minReplicaCount"), Text(features, "maxReplicaCount"), Text(metadata, "value")));
        Assert.Equal("1", Text(await ScaledAsync("minimal.yaml", "sequence"), "minReplicaCount"));
        Assert.Equal("^lung[.]sequence([.]urgent)?$", Text((await ScaledAsync("private-ca.yaml", "sequence"))["triggers"]![0]!["metadata"]!, "queueName"));
    }

    [Fact]
    public async Task The_alternative_asks_the_view_of_the_ledger()
    {
        var metadata = (await ScaledAsync("postgresql.yaml", "features"))["triggers"]![0]!["metadata"]!;

        Assert.Equal("SELECT waiting + running FROM stage_backlog WHERE stage = 'features'", Text(metadata, "query"));
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task The_last_worker_stays_longer_than_the_longest_attempt(string file)
    {
        foreach (var scaled in (await Manifest.RenderAsync(file)).Where(manifest => manifest.Kind == "ScaledObject"))
        {
            var attempt = file == "postgresql.yaml" ? 300 : 600;
            Assert.InRange(int.Parse(Text(scaled.Fields["spec"]!, "cooldownPeriod"), CultureInfo.InvariantCulture), attempt, int.MaxValue);
            var down = scaled.Fields["spec"]!["advanced"]!["horizontalPodAutoscalerConfig"]!["behavior"]!["scaleDown"]!;
            Assert.Equal(("300", "1", "60"), (Text(down, "stabilizationWindowSeconds"), Text(down["policies"]![0]!, "value"), Text(down["policies"]![0]!, "periodSeconds")));
        }
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Who_is_scaled_by_others_has_no_number_of_its_own(string file)
    {
        var manifests = await Manifest.RenderAsync(file);
        var scaled = manifests.Where(manifest => manifest.Kind is "ScaledObject" or "HorizontalPodAutoscaler").Select(manifest => manifest.Fields["spec"]!["scaleTargetRef"]!["name"]!.ToString()).ToHashSet();

        Assert.All(
            manifests.Where(manifest => manifest.Kind == "Deployment"),
            manifest => Assert.Equal(scaled.Contains(manifest.Name), manifest.As<V1Deployment>().Spec.Replicas is null));
        Assert.Equal(file == "gpu-shared.yaml" ? 0 : 2, scaled.Count);
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task As_many_clips_may_wait_as_the_most_features_workers_are_for(string file)
    {
        var manifests = await Manifest.RenderAsync(file);
        if (manifests.SingleOrDefault(manifest => manifest.Kind == "ScaledObject" && manifest.Component == "features") is not { } scaled)
            return;
        var spec = scaled.Fields["spec"]!;
        var perPod = spec["triggers"]![0]!["metadata"]!["value"] ?? spec["triggers"]![0]!["metadata"]!["targetQueryValue"]!;
        var ingest = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "ingest").PodSpec()!;
        var bound = ingest.Containers[0].Env.Single(variable => variable.Name == "LUS__Ingest__ClipsInFlight").Value;

        Assert.InRange(int.Parse(bound, CultureInfo.InvariantCulture), Number(spec["maxReplicaCount"]!) * Number(perPod), int.MaxValue);
    }

    [Fact]
    public async Task Without_KEDA_the_load_of_CPUs_decides()
    {
        var autoscaler = (await Manifest.RenderAsync("hpa.yaml")).Single(manifest => manifest.Kind == "HorizontalPodAutoscaler" && manifest.Component == "features").As<V2HorizontalPodAutoscaler>();

        Assert.Equal((1, 6, 60), (autoscaler.Spec.MinReplicas, autoscaler.Spec.MaxReplicas, autoscaler.Spec.Metrics.Single().Resource.Target.AverageUtilization));
        Assert.DoesNotContain(await Manifest.RenderAsync("hpa.yaml"), manifest => manifest.Group == "keda.sh");
    }

    private static int Number(System.Text.Json.Nodes.JsonNode value) => int.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static string Text(System.Text.Json.Nodes.JsonNode node, string key) => node[key]!.ToString();

    private static async Task<System.Text.Json.Nodes.JsonNode> ScaledAsync(string file, string stage) =>
        (await Manifest.RenderAsync(file)).Single(manifest => manifest.Kind == "ScaledObject" && manifest.Component == stage).Fields["spec"]!;
}
