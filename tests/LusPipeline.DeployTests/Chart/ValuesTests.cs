namespace LusPipeline.DeployTests.Chart;

/// <summary>Good values pass, and wrong ones get an error that names the key.</summary>
public sealed class ValuesTests
{
    [Fact]
    public void There_are_files_with_values_to_try() => Assert.True(Helm.ValuesFiles.Count >= 8);

    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task A_file_with_values_passes_the_strict_check(string file)
    {
        var said = await Helm.RunAsync(["lint", "--strict", Helm.Chart, "-f", Helm.ValuesFile(file)]);

        Assert.Contains("0 chart(s) failed", said.Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("[WARNING]", said.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_values_the_bucket_is_asked_for()
    {
        var said = await Helm.RunAsync(["template", Helm.Release, Helm.Chart]);

        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains("settings.Bucket.Name", said.Errors, StringComparison.Ordinal);
    }

    [Theory]
    // Typing errors, at every depth.
    [InlineData("featurs: {replicas: 2}", "featurs")]
    [InlineData("features: {replcas: 2}", "replcas")]
    [InlineData("features: {gpu: {enable: true}}", "enable")]
    [InlineData("features: {resources: {limit: {memory: 1Gi}}}", "limit")]
    [InlineData("features: {tolerations: [{keys: a}]}", "keys")]
    [InlineData("scaling: {rabbitmq: {secrt: a}}", "secrt")]
    [InlineData("networkPolicy: {database: {port: 5432}}", "port")]
    [InlineData("networkPolicy: {metrics: [{namespaceSelectors: {}}]}", "namespaceSelectors")]
    [InlineData("settings: {Ingest: {ClipsInFligt: 64}}", "ClipsInFligt")]
    [InlineData("settings: {Brokr: {Prefix: lus}}", "Brokr")]
    [InlineData("sequence: {settings: {worker: {GracePeriod: 25s}}}", "worker")]
    // Secrets, and what the chart sets.
    [InlineData("settings: {Database: {ConnectionString: \"Host=db;Password=secret\"}}", "Database")]
    [InlineData("settings: {Broker: {Uri: \"amqps://a:b@c\"}}", "Uri")]
    [InlineData("settings: {Bucket: {SecretKey: secret}}", "SecretKey")]
    [InlineData("web: {settings: {Web: {Token: secret}}}", "Token")]
    [InlineData("web: {enable: true}", "enable")]
    [InlineData("archive: {url: \"https://user:secret@archive.example.org\"}", "archive.url")]
    [InlineData("settings: {Archive: {Password: secret}}", "Password")]
    [InlineData("settings: {Dicom: {Key: secret}}", "Dicom")]
    [InlineData("web: {service: {type: LoadBalancer}}", "type")]
    [InlineData("settings: {Http: {Url: \"http://0.0.0.0:80\"}}", "Http")]
    // Wrong types and ranges.
    [InlineData("ingest: {replicas: two}", "ingest.replicas")]
    [InlineData("sequence: {scaling: {min: 0}}", "sequence.scaling.min")]
    [InlineData("settings: {Worker: {GracePeriod: 25}}", "settings.Worker.GracePeriod")]
    [InlineData("settings: {Worker: {GracePeriod: 25 seconds}}", "settings.Worker.GracePeriod")]
    [InlineData("settings: {Model: {Variant: fp64}}", "settings.Model.Variant")]
    [InlineData("settings: {Ingest: {MaxDecoders: 0}}", "settings.Ingest.MaxDecoders")]
    [InlineData("scaling: {by: kda}", "scaling.by")]
    [InlineData("image: {digest: \"sha256:12\"}", "image.digest")]
    // What does not go together.
    [InlineData("scaling: {cooldownSeconds: 60}", "scaling.cooldownSeconds is 60, less than Attempts:Timeout (600 s)")]
    [InlineData("features: {scaling: {min: 3, max: 2}}", "features.scaling.max is 2, less than features.scaling.min (3)")]
    [InlineData("settings: {Ingest: {ClipsInFlight: 10}}", "Ingest:ClipsInFlight is 10")]
    [InlineData("model: {from: claim}", "model.claim.name")]
    [InlineData("model: {from: bucket}", "model.bucket.url")]
    [InlineData("archive: {url: \"https://archive.example.org\"}", "archive.url is set and dicom.secret is not")]
    [InlineData("web: {enabled: true, tokenKey: \"\"}", "web.tokenKey is empty")]
    public async Task A_wrong_value_is_refused_by_name(string values, string named)
    {
        var said = await Helm.TemplateAsync("minimal.yaml", values);

        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains(named, said.Errors, StringComparison.Ordinal);
        Assert.Empty(said.Output);
    }
}
