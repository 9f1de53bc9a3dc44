namespace LusPipeline.DeployTests.Running;

/// <summary>What an administrator makes before the chart is installed: a namespace that enforces <c>restricted</c>, and Secrets.</summary>
internal static class Space
{
    public static string Namespace(string name) => $$$"""
        apiVersion: v1
        kind: Namespace
        metadata: {name: {{{name}}}, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}}
        ---
        """;

    public static string Secret(string space, string name, params (string Key, string Value)[] values) => $$$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: {{{name}}}, namespace: {{{space}}}}
        stringData: {{{System.Text.Json.JsonSerializer.Serialize(values.ToDictionary(pair => pair.Key, pair => pair.Value))}}}
        ---
        """;

    /// <summary>A namespace with all that the files with values refer to.</summary>
    public static string Whole(string name) => string.Join(
        '\n',
        Namespace(name),
        Secret(name, "lus-migrator", ("database-connection-string", "Host=db")),
        Secret(name, "lus-ingest", Stage),
        Secret(name, "lus-features", Stage),
        Secret(name, "lus-sequence", Stage),
        Secret(name, "lus-web", ("database-connection-string", "Host=db"), ("bucket-access-key", "a"), ("bucket-secret-key", "b")),
        Secret(name, "lus-web-certificate", ("tls.crt", "x"), ("tls.key", "x")),
        Secret(name, "lus-dicom", ("dicom-key", "x")),
        Secret(name, "lus-archive", ("archive-user", "a"), ("archive-password", "b")),
        Secret(name, "lus-archive-certificate", ("tls.crt", "x"), ("tls.key", "x")),
        Secret(name, "lus-scaler", ("management-url", "https://lus-scaler:x@broker.example:15671/lus"), ("database-connection", "host=db"), ("ca.pem", "x"), ("tls", "enable")),
        Secret(name, "lus-bundles", ("access-key", "a"), ("secret-key", "b")),
        Secret(name, "lus-worker-certificate", ("tls.crt", "x"), ("tls.key", "x")),
        Secret(name, "registry", (".dockerconfigjson", "{}")),
        $$$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: lus-ca, namespace: {{{name}}}}
        data: {ca.pem: x}
        ---
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: {{{name}}}-bundles}
        spec: {capacity: {storage: 1Gi}, accessModes: [ReadOnlyMany], storageClassName: "", hostPath: {path: /bundles}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: lus-bundles, namespace: {{{name}}}}
        spec: {accessModes: [ReadOnlyMany], storageClassName: "", volumeName: {{{name}}}-bundles, resources: {requests: {storage: 1Gi}} }
        ---
        """);

    /// <summary>Nodes that claim slices of a GPU, and the runtime class that one file names.</summary>
    public const string Nodes = """
        apiVersion: v1
        kind: Node
        metadata: {name: gpu-shared-1, labels: {kubernetes.io/hostname: gpu-shared-1, nvidia.com/gpu.product: NVIDIA-A10-SHARED}}
        spec: {taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]}
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: gpu-mig-1, labels: {kubernetes.io/hostname: gpu-mig-1}}
        spec: {taints: [{key: dedicated, value: inference, effect: NoSchedule}]}
        ---
        apiVersion: node.k8s.io/v1
        kind: RuntimeClass
        metadata: {name: nvidia}
        handler: nvidia
        """;

    private static readonly (string, string)[] Stage =
        [("database-connection-string", "Host=db"), ("broker-uri", "amqps://b"), ("bucket-access-key", "a"), ("bucket-secret-key", "b")];
}
