using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace LusPipeline.DeployTests.Chart;

/// <summary>One rendered object: its text, and its fields, whose scalars are texts.</summary>
internal sealed record Manifest(string Text, JsonNode Fields)
{
    private static readonly ConcurrentDictionary<(string, string), Lazy<Task<IReadOnlyList<Manifest>>>> Rendered = new();
    private static readonly ISerializer Json = new SerializerBuilder().JsonCompatible().Build();

    public string Kind => Fields["kind"]!.ToString();

    public string Name => Fields["metadata"]!["name"]!.ToString();

    public string Group => Fields["apiVersion"]!.ToString().Split('/')[0];

    /// <summary>Whether Kubernetes itself knows the kind; the others are KEDA's and the Prometheus operator's.</summary>
    public bool IsKubernetes => Group is not ("keda.sh" or "monitoring.coreos.com");

    public string? Component => Fields["metadata"]!["labels"]?["app.kubernetes.io/component"]?.ToString();

    /// <summary>The object as the client's type. An unknown field or a wrong type is an exception.</summary>
    public T As<T>() => KubernetesYaml.LoadAllFromString(Text, strict: true).Cast<T>().Single();

    /// <summary>All objects of the chart with the values of a file.</summary>
    public static Task<IReadOnlyList<Manifest>> RenderAsync(string valuesFile, string values = "") =>
        Rendered.GetOrAdd((valuesFile, values), key => new(async () => Read((await Helm.TemplateAsync(key.Item1, key.Item2)).Succeeded()))).Value;

    public static IReadOnlyList<Manifest> Read(string text) =>
    [
        .. $"\n{text}".Split("\n---\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(one => (Text: one, Object: new DeserializerBuilder().Build().Deserialize<object?>(one)))
            .Where(one => one.Object is not null)
            .Select(one => new Manifest(one.Text, JsonNode.Parse(Json.Serialize(one.Object!))!)),
    ];

    /// <summary>The template of its pods, if it has one.</summary>
    public V1PodSpec? PodSpec() => Kind switch
    {
        "Deployment" => As<V1Deployment>().Spec.Template.Spec,
        "Job" => As<V1Job>().Spec.Template.Spec,
        "Pod" => As<V1Pod>().Spec,
        _ => null,
    };

    /// <summary>The labels of its pods, if it has any.</summary>
    public IDictionary<string, string>? PodLabels() => Kind switch
    {
        "Deployment" => As<V1Deployment>().Spec.Template.Metadata.Labels,
        "Job" => As<V1Job>().Spec.Template.Metadata.Labels,
        "Pod" => As<V1Pod>().Metadata.Labels,
        _ => null,
    };
}
