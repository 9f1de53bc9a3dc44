using k8s.Models;
using YamlDotNet.Core;

namespace LusPipeline.DeployTests.Chart;

/// <summary>What the chart renders is what Kubernetes takes, whatever the values.</summary>
public sealed class ManifestTests
{
    private const string PagesFile = "web.yaml";

    private static readonly string[] Stages = ["ingest", "features", "sequence"];

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Every_field_is_one_that_Kubernetes_knows(string file)
    {
        var manifests = await Manifest.RenderAsync(file);

        Assert.All(manifests.Where(manifest => manifest.IsKubernetes), manifest => Assert.NotNull(manifest.As<object>()));
        Assert.Equal(manifests.Count, manifests.DistinctBy(manifest => (manifest.Kind, manifest.Name)).Count());
    }

    [Theory]
    [InlineData("periodSeconds: 15", "periodSecond: 15")]
    [InlineData("terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: soon")]
    public async Task A_typing_error_in_a_template_is_found(string right, string wrong)
    {
        var text = (await Manifest.RenderAsync("minimal.yaml")).Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features").Text;
        Assert.Contains(right, text, StringComparison.Ordinal);

        Assert.ThrowsAny<YamlException>(() => Manifest.Read(text.Replace(right, wrong, StringComparison.Ordinal)).Single().As<V1Deployment>());
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Every_stage_has_workers_and_a_budget_that_select_its_pods_alone(string file)
    {
        var manifests = await Manifest.RenderAsync(file);
        var pods = manifests.Select(manifest => (manifest.Component, Labels: manifest.PodLabels())).Where(pod => pod.Labels is not null).ToList();

        string[] components = file == PagesFile ? [.. Stages, "web"] : Stages;
        foreach (var stage in components)
        {
            var workers = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == stage).As<V1Deployment>();
            var budget = manifests.Single(manifest => manifest.Kind == "PodDisruptionBudget" && manifest.Component == stage).As<V1PodDisruptionBudget>();
            Assert.Equal(workers.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
            Assert.Equal(stage, Assert.Single(pods, pod => workers.Spec.Selector.MatchLabels.All(label => pod.Labels!.TryGetValue(label.Key, out var value) && value == label.Value)).Component);
            Assert.All(workers.Spec.Template.Spec.TopologySpreadConstraints, spread => Assert.Equal(workers.Spec.Selector.MatchLabels, spread.LabelSelector.MatchLabels));
            Assert.Equal(2, workers.Spec.Template.Spec.TopologySpreadConstraints.Count);
            Assert.DoesNotContain("app.kubernetes.io/version", workers.Spec.Selector.MatchLabels.Keys);
            Assert.DoesNotContain("helm.sh/chart", workers.Spec.Selector.MatchLabels.Keys);
        }
        Assert.Equal(components.Length, manifests.Count(manifest => manifest.Kind == "Deployment"));
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task No_pod_may_do_more_than_it_needs(string file)
    {
        var pods = (await Manifest.RenderAsync(file)).Select(manifest => manifest.PodSpec()).OfType<V1PodSpec>().ToList();

        Assert.All(pods, pod =>
        {
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(pod.EnableServiceLinks);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal((64198, 64198, 64198), (pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup));
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.All(pod.Containers.Concat(pod.InitContainers ?? []), container =>
            {
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.NotEmpty(container.Resources.Requests);
                Assert.Contains("memory", container.Resources.Limits.Keys);
            });
            Assert.All(pod.Volumes.Where(volume => volume.EmptyDir is not null), volume => Assert.NotNull(volume.EmptyDir.SizeLimit));
            Assert.All(pod.Volumes.Where(volume => volume.Secret is not null), volume => Assert.Equal(0b100_100_000, volume.Secret.DefaultMode));
        });
        Assert.NotEmpty(pods);
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Secrets_come_by_reference_only(string file)
    {
        var manifests = await Manifest.RenderAsync(file);

        Assert.DoesNotContain(manifests, manifest => manifest.Kind is "Secret" or "ConfigMap");
        var variables = manifests.Select(manifest => manifest.PodSpec()).OfType<V1PodSpec>().SelectMany(pod => pod.Containers.Concat(pod.InitContainers ?? []))
            .SelectMany(container => container.Env ?? []);
        string[] secret = ["ConnectionString", "Broker__Uri", "Notifications__Uri", "AccessKey", "SecretKey", "ACCESS_KEY", "Token", "Password", "Dicom__Key"];
        Assert.All(variables.Where(variable => secret.Any(word => variable.Name.Contains(word, StringComparison.Ordinal))), variable => Assert.True(
            variable.ValueFrom?.SecretKeyRef is not null || (variable.Name.EndsWith("__File", StringComparison.Ordinal) && variable.Value.StartsWith("/run/secrets/lus", StringComparison.Ordinal)),
            variable.Name));
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Workers_answer_the_three_probes_at_the_port_that_they_listen_to(string file)
    {
        foreach (var pod in (await Manifest.RenderAsync(file)).Where(manifest => manifest.Kind == "Deployment" && manifest.Component != "web").Select(manifest => manifest.PodSpec()!))
        {
            var worker = pod.Containers.Single();
            Assert.Equal(
                ("/health/started", "/health/live", "/health/ready"),
                (worker.StartupProbe.HttpGet.Path, worker.LivenessProbe.HttpGet.Path, worker.ReadinessProbe.HttpGet.Path));
            Assert.Equal($"http://0.0.0.0:{worker.Ports.Single().ContainerPort}", worker.Env.Single(variable => variable.Name == "LUS__Http__Url").Value);
        }
    }

    [Theory]
    [InlineData("minimal.yaml", "", 40)]
    [InlineData("postgresql.yaml", "", 105)]
    [InlineData("minimal.yaml", "settings: {Worker: {GracePeriod: 2500ms}}", 18)]
    [InlineData("minimal.yaml", "settings: {Worker: {GracePeriod: \"00:10:00\"}}", 615)]
    [InlineData("minimal.yaml", "features: {settings: {Worker: {GracePeriod: 1h}}}", 3615)]
    public async Task The_platform_waits_longer_than_a_worker_takes_to_stop(string file, string values, int seconds)
    {
        var workers = (await Manifest.RenderAsync(file, values)).Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features");

        Assert.Equal(seconds, workers.PodSpec()!.TerminationGracePeriodSeconds);
    }

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task Nothing_gets_in_or_out_but_what_is_allowed(string file)
    {
        var manifests = await Manifest.RenderAsync(file);
        var policies = manifests.Where(manifest => manifest.Kind == "NetworkPolicy").Select(manifest => manifest.As<V1NetworkPolicy>()).ToList();
        var pods = manifests.Select(manifest => manifest.PodLabels()).OfType<IDictionary<string, string>>().ToList();

        var nothing = Assert.Single(policies, policy => policy.Spec.Ingress is null && policy.Spec.Egress is null);
        Assert.Equal(["Ingress", "Egress"], nothing.Spec.PolicyTypes);
        Assert.All(pods, labels => Assert.All(nothing.Spec.PodSelector.MatchLabels, label => Assert.Equal(label.Value, labels[label.Key])));
        Assert.All(policies.SelectMany(policy => policy.Spec.Egress ?? []), egress => Assert.NotEmpty(egress.Ports));
        Assert.All(policies.SelectMany(policy => policy.Spec.Ingress ?? []), ingress => Assert.NotEmpty(ingress.FromProperty));
        // The migration reaches the database and nothing else.
        var others = Assert.Single(policies, policy => policy.Name().EndsWith("-workers", StringComparison.Ordinal));
        Assert.Equal(["ingest", "features", "sequence", "test"], others.Spec.PodSelector.MatchExpressions.Single().Values);
    }

    [Fact]
    public async Task An_archive_is_reached_by_who_reads_its_loops_with_secrets_of_their_own()
    {
        var manifests = await Manifest.RenderAsync("archive.yaml");
        V1PodSpec Pod(string stage) => manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == stage).PodSpec()!;
        var ingest = Pod("ingest");
        var variables = ingest.Containers.Single().Env.ToDictionary(variable => variable.Name, variable => variable.Value);

        Assert.Equal("https://archive.example.org:8443/dicom-web", variables["LUS__Archive__Url"]);
        Assert.Equal(("/run/secrets/lus-archive/archive-user", "/run/secrets/lus-archive/archive-password"), (variables["LUS__Archive__User__File"], variables["LUS__Archive__Password__File"]));
        Assert.Equal(("/run/secrets/lus-dicom/dicom-key", "/etc/lus/ca.pem"), (variables["LUS__Dicom__Key__File"], variables["LUS__Archive__CaFile"]));
        Assert.Equal(["lus-dicom", "lus-archive", "lus-archive-certificate"], ingest.Volumes.Skip(1).Select(volume => volume.Secret?.SecretName).OfType<string>());
        foreach (var stage in new[] { "features", "sequence" })
        {
            Assert.DoesNotContain(Pod(stage).Containers.Single().Env, variable => variable.Name is "LUS__Archive__Url" or "LUS__Archive__User__File");
            Assert.DoesNotContain(Pod(stage).Volumes, volume => volume.Secret?.SecretName.StartsWith("lus-archive", StringComparison.Ordinal) == true);
            Assert.Equal("DicomWeb", Pod(stage).Containers.Single().Env.Single(variable => variable.Name == "LUS__Bucket__Kind").Value);
        }
        var policy = manifests.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Name.EndsWith("-archive", StringComparison.Ordinal)).As<V1NetworkPolicy>();
        Assert.Equal(("8443", "10.0.4.0/24"), (policy.Spec.Egress.Single().Ports.Single().Port.Value, policy.Spec.Egress.Single().To.Single().IpBlock.Cidr));
    }

    [Fact]
    public async Task Reports_for_an_archive_need_its_credentials_where_studies_are_announced_and_nowhere_else()
    {
        var manifests = await Manifest.RenderAsync("minimal.yaml", "archive: {url: \"https://archive.example.org\", read: false, secret: lus-archive, tokenKey: token}\nsettings: {Results: {Store: true}}");
        IList<V1EnvVar> Variables(string stage) => manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == stage).PodSpec()!.Containers.Single().Env;

        Assert.Equal("/run/secrets/lus-archive/token", Variables("sequence").Single(variable => variable.Name == "LUS__Archive__Token__File").Value);
        Assert.DoesNotContain(Variables("sequence"), variable => variable.Name == "LUS__Bucket__Kind");
        Assert.DoesNotContain(Variables("ingest"), variable => variable.Name.StartsWith("LUS__Archive__", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_reach_an_archive_where_they_decode_its_loops_again(bool frames)
    {
        var shows = frames ? "true" : "false";
        var manifests = await Manifest.RenderAsync("archive.yaml", $"web: {{enabled: true, settings: {{Web: {{Frames: {shows}}}}}}}");
        var pod = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "web").PodSpec()!;
        var policy = manifests.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Name.EndsWith("-web", StringComparison.Ordinal)).As<V1NetworkPolicy>();

        Assert.Equal(
            frames ? ["LUS__Dicom__Key__File", "LUS__Archive__User__File", "LUS__Archive__Password__File", "LUS__Archive__Url"] : [],
            pod.Containers.Single().Env.Select(variable => variable.Name).Where(name => name is "LUS__Archive__Url" || name.StartsWith("LUS__Dicom__", StringComparison.Ordinal) || (name.StartsWith("LUS__Archive__", StringComparison.Ordinal) && name.EndsWith("__File", StringComparison.Ordinal))));
        Assert.Equal(
            frames ? ["lus-dicom", "lus-archive", "lus-archive-certificate"] : [],
            pod.Volumes.Select(volume => volume.Secret?.SecretName).Where(secret => secret is "lus-dicom" || secret?.StartsWith("lus-archive", StringComparison.Ordinal) == true));
        Assert.Equal(frames, policy.Spec.Egress?.Any(way => way.Ports.Any(port => port.Port.Value == "8443")) == true);
    }

    [Fact]
    public async Task There_are_no_pages_unless_they_are_asked_for()
    {
        Assert.DoesNotContain(await Manifest.RenderAsync("minimal.yaml"), manifest => manifest.Component == "web" || manifest.Kind == "Service");
    }

    [Fact]
    public async Task Pages_have_the_database_and_a_token_and_nothing_of_the_broker_or_the_bucket()
    {
        var manifests = await Manifest.RenderAsync("minimal.yaml", "web: {enabled: true}");
        var pages = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "web").As<V1Deployment>();
        var pod = pages.Spec.Template.Spec;
        var container = pod.Containers.Single();

        Assert.Equal((2, "serve"), (pages.Spec.Replicas, container.Args.Single()));
        var secret = pod.Volumes.Single(volume => volume.Name == "secrets").Secret;
        Assert.Equal("lus-web", secret.SecretName);
        Assert.Equal(["database-connection-string", "web-token"], secret.Items.Select(item => item.Key));
        Assert.Equal("http://0.0.0.0:8090", container.Env.Single(variable => variable.Name == "LUS__Web__Url").Value);
        Assert.Equal("/run/secrets/lus/web-token", container.Env.Single(variable => variable.Name == "LUS__Web__Token__File").Value);
        Assert.Equal("10% 0 0 0", container.Env.Single(variable => variable.Name == "LUS__Web__Mask").Value);
        var policy = manifests.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Component == "web").As<V1NetworkPolicy>();
        Assert.Null(policy.Spec.Egress);
        Assert.Equal(8090, int.Parse(policy.Spec.Ingress.Single().Ports.Single().Port.Value, null));
    }

    [Fact]
    public async Task A_service_leads_to_the_pages_alone_and_probes_and_service_meet_their_port()
    {
        var manifests = await Manifest.RenderAsync(PagesFile);
        var pages = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "web").As<V1Deployment>();
        var service = Assert.Single(manifests, manifest => manifest.Kind == "Service").As<V1Service>();
        var container = pages.Spec.Template.Spec.Containers.Single();

        Assert.Equal("web", Assert.Single(manifests, manifest => manifest.PodLabels() is { } labels && service.Spec.Selector.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value)).Component);
        Assert.Equal(container.Ports.Single().Name, service.Spec.Ports.Single().TargetPort.Value);
        Assert.All(
            [container.StartupProbe, container.LivenessProbe, container.ReadinessProbe],
            probe => Assert.Equal(("/health/live", "pages", "HTTPS"), (probe.HttpGet.Path, probe.HttpGet.Port.Value, probe.HttpGet.Scheme)));
        Assert.Equal($"https://0.0.0.0:{container.Ports.Single().ContainerPort}", container.Env.Single(variable => variable.Name == "LUS__Web__Url").Value);
        Assert.Contains(pages.Spec.Template.Spec.Volumes, volume => volume.Secret?.SecretName == "lus-web-certificate");
    }

    [Fact]
    public async Task Pages_with_frames_reach_the_bucket_with_its_keys()
    {
        var manifests = await Manifest.RenderAsync(PagesFile);
        var pod = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "web").PodSpec()!;
        var policy = manifests.Single(manifest => manifest.Kind == "NetworkPolicy" && manifest.Component == "web").As<V1NetworkPolicy>();

        Assert.Equal(["database-connection-string", "bucket-access-key", "bucket-secret-key"], pod.Volumes.Single(volume => volume.Name == "secrets").Secret.Items.Select(item => item.Key));
        Assert.DoesNotContain(pod.Containers.Single().Env, variable => variable.Name.StartsWith("LUS__Broker__Uri", StringComparison.Ordinal));
        Assert.Equal("443", policy.Spec.Egress.Single().Ports.Single().Port.Value);
    }

    [Fact]
    public async Task A_GPU_gives_features_workers_the_other_image_the_provider_and_a_place()
    {
        var manifests = await Manifest.RenderAsync("gpu.yaml");
        var features = manifests.Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features").As<V1Deployment>();
        var worker = features.Spec.Template.Spec.Containers.Single();

        Assert.EndsWith("-gpu", worker.Image, StringComparison.Ordinal);
        Assert.Equal("1", worker.Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Equal("Cuda", worker.Env.Single(variable => variable.Name == "LUS__Inference__Provider").Value);
        Assert.Equal(("nvidia.com/gpu", "Exists", "NoSchedule"), features.Spec.Template.Spec.Tolerations.Select(one => (one.Key, one.OperatorProperty, one.Effect)).Single());
        Assert.Equal("0", features.Spec.Strategy.RollingUpdate.MaxSurge.Value);
        foreach (var other in manifests.Where(manifest => manifest.Kind == "Deployment" && manifest.Component != "features"))
        {
            Assert.DoesNotContain("-gpu", other.PodSpec()!.Containers.Single().Image, StringComparison.Ordinal);
            Assert.DoesNotContain("nvidia", other.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Slices_of_a_GPU_are_other_resources_of_chosen_nodes()
    {
        var shared = (await Manifest.RenderAsync("gpu-shared.yaml")).Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features").PodSpec()!;
        var mig = (await Manifest.RenderAsync("gpu-mig.yaml")).Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features").PodSpec()!;

        Assert.Equal(("1", "nvidia", "NVIDIA-A10-SHARED"), (shared.Containers[0].Resources.Limits["nvidia.com/gpu.shared"].ToString(), shared.RuntimeClassName, shared.NodeSelector["nvidia.com/gpu.product"]));
        Assert.Equal(("1", "dedicated"), (mig.Containers[0].Resources.Limits["nvidia.com/mig-1g.10gb"].ToString(), mig.Tolerations.Single().Key));
        // Helm reads large whole numbers as fractions.
        Assert.Equal("8589934592", mig.Containers[0].Env.Single(variable => variable.Name == "LUS__Inference__DeviceMemoryBytes").Value);
    }

    [Fact]
    public async Task The_migration_runs_before_each_installation_and_upgrade_with_its_own_role()
    {
        var job = (await Manifest.RenderAsync("minimal.yaml")).Single(manifest => manifest.Kind == "Job").As<V1Job>();
        var pod = job.Spec.Template.Spec;

        Assert.Equal("pre-install,pre-upgrade", job.Metadata.Annotations["helm.sh/hook"]);
        Assert.Equal(["db", "migrate"], pod.Containers.Single().Args);
        Assert.Equal("lus-migrator", pod.Volumes.Single(volume => volume.Name == "secrets").Secret.SecretName);
        // The release's objects are not there yet.
        Assert.Equal("default", pod.ServiceAccountName);
        Assert.DoesNotContain(await Manifest.RenderAsync("cloud.yaml"), manifest => manifest.Kind == "Job");
    }

    [Fact]
    public async Task An_upgrade_changes_nothing_that_cannot_change()
    {
        var before = await Manifest.RenderAsync("monitoring.yaml");
        var after = await Manifest.RenderAsync("monitoring.yaml", """
            image: {tag: 9.9.9}
            priorityClasses: {light: 77, heavy: 66}
            scaling: {by: hpa}
            features: {gpu: {enabled: true}, podLabels: {team: imaging}}
            """);

        foreach (var old in before)
        {
            var now = after.SingleOrDefault(manifest => (manifest.Kind, manifest.Name) == (old.Kind, old.Name));
            if (old.Kind == "Deployment")
                Assert.Equal(old.As<V1Deployment>().Spec.Selector.MatchLabels, now!.As<V1Deployment>().Spec.Selector.MatchLabels);
            else if (old.Kind == "PriorityClass")
                Assert.Null(now);
        }
    }

    [Fact]
    public async Task A_bundle_comes_from_the_image_a_volume_or_a_bucket()
    {
        var image = await FeaturesAsync("minimal.yaml");
        var claim = await FeaturesAsync("claim.yaml");
        var bucket = await FeaturesAsync("bucket.yaml");

        Assert.DoesNotContain(image.Containers[0].Env, variable => variable.Name == "LUS__Model__Bundle");
        Assert.Equal("/models/xception-lstm-3", claim.Containers[0].Env.Single(variable => variable.Name == "LUS__Model__Bundle").Value);
        Assert.Equal(("lus-bundles", true), claim.Volumes.Where(volume => volume.Name == "models").Select(volume => (volume.PersistentVolumeClaim.ClaimName, volume.PersistentVolumeClaim.ReadOnlyProperty!.Value)).Single());
        Assert.Contains("s3://bundles/lung/", bucket.InitContainers.Single().Args);
        Assert.True(bucket.Containers[0].VolumeMounts.Single(mount => mount.Name == "models").ReadOnlyProperty);
        Assert.False(bucket.InitContainers[0].VolumeMounts.Single(mount => mount.Name == "models").ReadOnlyProperty ?? false);
    }

    private static async Task<V1PodSpec> FeaturesAsync(string file) =>
        (await Manifest.RenderAsync(file)).Single(manifest => manifest.Kind == "Deployment" && manifest.Component == "features").PodSpec()!;
}
