using k8s.Models;
using LusPipeline.DeployTests.Chart;

namespace LusPipeline.DeployTests.Running;

/// <summary>The variables of rendered workers are settings that the program takes.</summary>
public sealed class SettingsTests
{
    [Theory]
    [ClassData(typeof(ValuesFileData))]
    public async Task The_program_takes_the_settings_of_every_stage(string file)
    {
        foreach (var pod in (await Manifest.RenderAsync(file)).Where(manifest => manifest.Kind == "Deployment"))
        {
            var said = await ConfigAsync(pod.PodSpec()!.Containers.Single().Env);

            Assert.True(said.ExitCode == 0, $"{pod.Name}: {said.All}");
            Assert.Contains("Bucket:Name", said.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_setting_that_the_program_does_not_have_would_be_found()
    {
        var said = await ConfigAsync([new V1EnvVar { Name = "LUS__Brokr__Prefix", Value = "lus" }]);

        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains("Brokr", said.All, StringComparison.Ordinal);
    }

    private static async Task<Said> ConfigAsync(IEnumerable<V1EnvVar> variables)
    {
        using var folder = new TemporaryFolder();
        var secrets = new Dictionary<string, string>
        {
            ["database-connection-string"] = "Host=db;Database=lus;Username=lus_worker;Password=x",
            ["broker-uri"] = "amqps://lus-worker:x@broker.example:5671/lus",
            ["bucket-access-key"] = "a",
            ["bucket-secret-key"] = "b",
            ["archive-user"] = "lus",
            ["archive-password"] = "c",
            ["dicom-key"] = "0123456789abcdef0123456789abcdef",
            ["web-token"] = "0123456789abcdef01234567",
        };
        foreach (var (name, value) in secrets)
            await File.WriteAllTextAsync(folder[name], value);
        foreach (var name in new[] { "ca.pem", "tls.crt", "tls.key", "hospital.pem" })
            await File.WriteAllTextAsync(folder[name], "");
        var given = variables.Where(variable => variable.Value is not null && variable.Name.StartsWith("LUS__", StringComparison.Ordinal)).ToDictionary(
            variable => variable.Name,
            // What is mounted lies in the folder.
            variable => variable.Value.StartsWith("/run/secrets/", StringComparison.Ordinal) || variable.Value.StartsWith("/etc/lus/", StringComparison.Ordinal)
                ? folder[Path.GetFileName(variable.Value)]
                : variable.Value);
        given["HOME"] = folder.Path;
        return await Lus.RunAsync(given, "config", "show");
    }
}
