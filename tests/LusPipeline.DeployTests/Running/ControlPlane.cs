using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace LusPipeline.DeployTests.Running;

/// <summary>A real Kubernetes control plane of <c>kube.sh</c> in <c>LUS_SHARED</c>: what is applied is admitted, reconciled and scheduled; no container runs.</summary>
public sealed class ControlPlane : IAsyncDisposable
{
    /// <summary>Ports from the first one on that the scripts take.</summary>
    private static readonly int[] Taken = [0, 1, 2, 10, 11, 12, 13];

    private static readonly Tool Kubectl = new("kubectl", "tests/run.sh deploy fetches it, or set LUS_DEPLOY_TOOLS to its folder.");

    private readonly string _folder = Directory.CreateTempSubdirectory("lus-kube-").FullName;
    private readonly Lazy<Task> _started;
    private readonly Lazy<Task> _keda;

    public ControlPlane()
    {
        _started = new(StartAsync);
        _keda = new(StartKedaAsync);
    }

    /// <summary>What helm and kubectl need to talk to it.</summary>
    private Dictionary<string, string> Variables => new() { ["KUBECONFIG"] = Path.Combine(_folder, "kubeconfig"), ["PATH"] = SearchPath() };

    private static string Script(string name) => SharedData.Require("tools", name);

    /// <summary>The test is skipped where <c>LUS_SHARED</c> has no <c>kube.sh</c>.</summary>
    public async Task RequireAsync()
    {
        Script("kube.sh");
        await _started.Value;
    }

    /// <summary>Also starts KEDA, by <c>keda.sh</c> of the same folder.</summary>
    public async Task RequireKedaAsync()
    {
        await RequireAsync();
        await _keda.Value;
    }

    /// <summary>The last errors in KEDA's log.</summary>
    public string KedaErrors() =>
        string.Join('\n', File.ReadLines(Path.Combine(_folder, "keda-operator.log")).Where(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal)).TakeLast(5));

    internal Task<Said> HelmAsync(params string[] arguments) => Helm.RunAsync(arguments, Variables);

    internal Task<Said> KubectlAsync(IEnumerable<string> arguments, string? input = null) => Kubectl.RunAsync(arguments, Variables, input);

    public async Task<string> KubectlAsync(params string[] arguments) => (await KubectlAsync(arguments.AsEnumerable())).Succeeded();

    public async Task ApplyAsync(string manifests) => (await KubectlAsync(["apply", "--validate=strict", "-f", "-"], manifests)).Succeeded();

    /// <summary>Objects as JSON.</summary>
    public async Task<IReadOnlyList<JsonNode>> GetAsync(string kinds, string space, string selector = "") =>
        [.. JsonNode.Parse(await KubectlAsync("get", kinds, "--namespace", space, "--selector", selector, "-o", "json"))!["items"]!.AsArray().Select(item => item!)];

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            if (_keda.IsValueCreated)
                await Background.RunAsync(Variables, "bash", Script("keda.sh"), "stop", _folder);
            await Background.RunAsync(Variables, "bash", Script("kube.sh"), "stop", _folder);
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartKedaAsync()
    {
        // KEDA's operator ends after two minutes where it misses a kind of its own; keda.sh brings those that the chart uses.
        await ApplyAsync(string.Join(
            "\n---\n",
            Definition("keda.sh", "ScaledJob", "Namespaced"),
            Definition("keda.sh", "ClusterTriggerAuthentication", "Cluster"),
            Definition("eventing.keda.sh", "CloudEventSource", "Namespaced"),
            Definition("eventing.keda.sh", "ClusterCloudEventSource", "Cluster")));
        await Background.AtTheEndAsync("bash", Script("keda.sh"), "stop", _folder);
        // A machine that tests keep busy answers late.
        await Background.RunAsync(new Dictionary<string, string>(Variables) { ["KEDA_HTTP_DEFAULT_TIMEOUT"] = "20000" }, "bash", Script("keda.sh"), "start", _folder);
    }

    private static string Definition(string group, string kind, string scope)
    {
        var name = kind.ToLowerInvariant();
        return $$$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: {{{name}}}s.{{{group}}}}
            spec:
              group: {{{group}}}
              scope: {{{scope}}}
              names: {kind: {{{kind}}}, plural: {{{name}}}s, singular: {{{name}}}, listKind: {{{kind}}}List}
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true} }
                  subresources: {status: {} }
            """;
    }

    private async Task StartAsync()
    {
        var port = Enumerable.Range(0, 200).Select(_ => Random.Shared.Next(20_000, 32_000)).First(port => Taken.All(offset => IsFree(port + offset)));
        await Background.AtTheEndAsync("bash", Script("kube.sh"), "stop", _folder);
        await Background.RunAsync(Variables, "bash", Script("kube.sh"), "start", _folder, $"{port}");
    }

    private static string SearchPath() => $"{Tool.Folder}:{Environment.GetEnvironmentVariable("PATH")}".TrimStart(':');

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
