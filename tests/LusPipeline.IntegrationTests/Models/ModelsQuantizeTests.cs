using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsQuantizeTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_bundle_has_both_variants_and_the_old_one_stays_as_it_is()
    {
        var before = TinyBundle.Write(_folder["old"], deep: true);

        var result = await QuantizeAsync("old", "--out", _folder["new"]);

        Assert.True(result.ExitCode == 0 && result.Errors.Count == 0, result.ToString());
        Assert.Contains(result.Output, line => line.Contains("cosine", StringComparison.Ordinal));
        var made = Bundle.Load(_folder["new"]);
        Assert.Equal([BundleVariant.Fp32, BundleVariant.Int8], made.Variants);
        Assert.True(made.IsChecked);
        Assert.Equal(before.Backbone(BundleVariant.Fp32), made.Backbone(BundleVariant.Fp32));
        Assert.Contains(result.Output, line => line.Contains(made.Id, StringComparison.Ordinal));
        Assert.Equal(before.Id, Bundle.Load(_folder["old"]).Id);
        Assert.Equal(["new", "old"], Entries());
        Assert.Equal(0, (await LusProcess.RunAsync(["models", "verify", _folder["new"]])).ExitCode);

        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder["new"], "--variant", "int8", "--home", _folder["home"], "--json"]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.All(run.Videos, video => Assert.Equal(BundleVariant.Int8, video.GetProperty("variant").GetString()));
    }

    [Fact]
    public async Task A_bundle_gets_the_variant_in_its_own_folder_once()
    {
        TinyBundle.Write(_folder["mine"], deep: true);

        var first = await QuantizeAsync("mine");
        var second = await QuantizeAsync("mine");

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Contains(first.Output, line => line.Contains(Bundle.Load(_folder["mine"]).Id, StringComparison.Ordinal));
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("--out", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.Equal(["mine"], Entries());
    }

    [Fact]
    public async Task A_model_without_anything_for_int8_is_named_and_stays_as_it_is()
    {
        var before = TinyBundle.Write(_folder["mine"]);

        var result = await QuantizeAsync("mine");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("backbone.fp32.onnx", Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.Equal(before.Id, Bundle.Load(_folder["mine"]).Id);
        Assert.Equal(["mine"], Entries());
    }

    [Fact]
    public async Task A_broken_model_with_a_right_sum_is_named_and_nothing_is_left_behind()
    {
        var bundle = TinyBundle.Write(_folder["mine"], deep: true);
        await BreakAsync(bundle);

        var result = await QuantizeAsync("mine", "--out", _folder["new"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("backbone.fp32.onnx", Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.Equal(["mine"], Entries());
    }

    [Fact]
    public async Task Ctrl_C_leaves_nothing_behind()
    {
        TinyBundle.Write(_folder["mine"], deep: true);
        using var programs = new TemporaryFolder();
        var begun = programs["begun"];
        MakeFfmpegThatNeverEnds(programs["ffmpeg"], begun);
        using var watch = new FileSystemWatcher(programs.Path) { EnableRaisingEvents = true };
        var decoding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watch.Renamed += (_, _) => decoding.TrySetResult();
        await using var lus = LusProcess.Start(
            ["models", "quantize", _folder["mine"], "--calibrate", fixture.Videos, "--out", _folder["new"]],
            environment: new Dictionary<string, string?> { ["PATH"] = $"{programs.Path}:{Environment.GetEnvironmentVariable("PATH")}", ["LUS__Media__Sandbox"] = "off" });

        await decoding.Task.WaitAsync(Cancellation);
        using var ffmpeg = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(begun, Cancellation), CultureInfo.InvariantCulture));
        Assert.Equal(2, Entries().Count());
        lus.SendInterrupt();

        Assert.Equal(130, (await lus.EndAsync()).ExitCode);
        Assert.Equal(["mine"], Entries());
        await ffmpeg.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [Fact]
    public async Task Too_few_videos_are_an_error_that_names_the_folder()
    {
        TinyBundle.Write(_folder["mine"], deep: true);
        Directory.CreateDirectory(_folder["empty"]);

        var result = await LusProcess.RunAsync(["models", "quantize", _folder["mine"], "--calibrate", _folder["empty"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(_folder["empty"], Assert.Single(result.Errors), StringComparison.Ordinal);
        Assert.Equal(["empty", "mine"], Entries());
    }

    private Task<LusResult> QuantizeAsync(string bundle, params string[] more) =>
        LusProcess.RunAsync(["models", "quantize", _folder[bundle], "--calibrate", fixture.Videos, "--frames", "20", .. more]);

    private IEnumerable<string> Entries() => Directory.GetFileSystemEntries(_folder.Path).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal);

    /// <summary>A program that writes its process id to a file and then only waits.</summary>
    private static void MakeFfmpegThatNeverEnds(string path, string begun)
    {
        File.WriteAllText(path, $"#!/bin/sh\nprintf %s $$ > '{begun}.part' && mv '{begun}.part' '{begun}'\nexec sleep 1000\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Renames the output of the first node, so that the file is ONNX and no model, and writes the new sum into the manifest.</summary>
    private static async Task BreakAsync(Bundle bundle)
    {
        var path = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.AsSpan().IndexOf("pixels"u8)] = (byte)'q';
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        var manifest = Path.Combine(bundle.Folder, BundleManifest.FileName);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(manifest, Cancellation))!;
        json["inference"]!["backbones"]!["fp32"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await File.WriteAllTextAsync(manifest, json.ToJsonString(), Cancellation);
    }
}
