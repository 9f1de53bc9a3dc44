using System.Runtime.InteropServices;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Onnx_files_become_a_bundle_that_lists_shows_and_verifies()
    {
        var backbone = TinyBundle.WriteBackbone(_scratch["backbone.onnx"]);
        var head = TinyBundle.WriteHead(_scratch["head.onnx"], frames: 5);

        var import = await LusProcess.RunAsync(
            ["models", "import", "onnx", backbone, "--head", head, "--frames", "5", "--name", "mine", "--threshold", "0.4", "--out", _scratch["mine"]]);
        Assert.True(import.ExitCode == 0 && import.Errors.Count == 0, import.ToString());
        var bundle = Bundle.Load(_scratch["mine"]);
        Assert.Equal(("mine", 5, 0.4), (bundle.Name, bundle.Frames, bundle.Threshold));

        var list = await LusProcess.RunAsync(["models", "list", _scratch.Path]);
        Assert.Equal(0, list.ExitCode);
        Assert.Contains(list.Output, line => line.Contains(bundle.Id[..12], StringComparison.Ordinal));

        var show = await LusProcess.RunAsync(["models", "show", _scratch["mine"]]);
        Assert.Equal(0, show.ExitCode);
        Assert.Contains(show.Output, line => line.Contains(bundle.Id, StringComparison.Ordinal));

        var verify = await LusProcess.RunAsync(["models", "verify", _scratch["mine"]]);
        Assert.Equal(0, verify.ExitCode);
        Assert.Contains(verify.Output, line => line.Contains("whole", StringComparison.Ordinal));
        Assert.Contains(verify.Output, line => line.Contains("fp32: the relative difference", StringComparison.Ordinal));
        Assert.True(bundle.IsChecked);
    }

    [Fact]
    public async Task A_model_that_optimizers_make_wrong_is_refused_with_the_figures_wherever_it_is_opened()
    {
        var backbone = TinyBundle.WriteMisoptimizedBackbone(_scratch["backbone.onnx"]);
        var wrong = TinyBundle.WriteMisoptimized(_scratch["wrong"]).Folder;

        var import = await LusProcess.RunAsync(["models", "import", "onnx", backbone, "--name", "mine", "--out", _scratch["mine"]]);
        var verify = await LusProcess.RunAsync(["models", "verify", wrong, "--mark"]);
        Directory.CreateDirectory(_scratch["videos"]);
        await File.WriteAllTextAsync(_scratch["videos/a.mp4"], "no video", TestContext.Current.CancellationToken);
        var run = await LusProcess.RunAsync(["run", _scratch["videos"], "--model", wrong, "--home", _scratch["home"]]);

        foreach (var refused in new[] { import, verify, run })
        {
            Assert.Equal(1, refused.ExitCode);
            Assert.Matches(@"backbone\.fp32\.onnx.* is \d\.\de-1, at most 1e-3", refused.ErrorText);
        }
        Assert.False(Directory.Exists(_scratch["mine"]));
        Assert.False(Bundle.Load(wrong).IsChecked);
    }

    [Fact]
    public async Task Verify_marks_a_bundle_as_checked_where_it_is_asked_to()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"], marked: false);

        var plain = await LusProcess.RunAsync(["models", "verify", _scratch["tiny"]]);
        var before = Bundle.Load(_scratch["tiny"]);
        var marking = await LusProcess.RunAsync(["models", "verify", _scratch["tiny"], "--mark"]);
        var after = Bundle.Load(_scratch["tiny"]);

        Assert.Equal((0, 0), (plain.ExitCode, marking.ExitCode));
        Assert.Equal((false, true), (before.IsChecked, after.IsChecked));
        Assert.Equal(bundle.Id, after.Id);
    }

    [Fact]
    public async Task ONNX_Runtime_keeps_no_telemetry_in_the_users_folders()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"], marked: false).Folder;
        Directory.CreateDirectory(_scratch["videos"]);
        await File.WriteAllTextAsync(_scratch["videos/a.mp4"], "no video", TestContext.Current.CancellationToken);
        var user = Directory.CreateDirectory(_scratch["user"]).FullName;
        var environment = new Dictionary<string, string?> { ["HOME"] = user, ["XDG_CACHE_HOME"] = null, ["TMPDIR"] = user };

        foreach (var arguments in new[] { ["version"], ["models", "verify", bundle], new[] { "run", _scratch["videos"], "--model", bundle, "--home", _scratch["home"] } })
            Assert.InRange((await LusProcess.RunAsync(arguments, environment: environment)).ExitCode, 0, 2);

        Assert.Empty(Directory.EnumerateFiles(user, "*onnxruntime*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(user, "deviceid", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_graph_that_ends_the_process_that_runs_it_ends_only_the_child()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "Other processors can do this division.");
        var deadly = TinyBundle.Write(_scratch["deadly"], white: WhiteFrame.IsHarmlessAndBlackKills, marked: false).Folder;
        Directory.CreateDirectory(_scratch["videos"]);
        await File.WriteAllTextAsync(_scratch["videos/a.mp4"], "no video", TestContext.Current.CancellationToken);

        var run = await LusProcess.RunAsync(["run", _scratch["videos"], "--model", deadly, "--home", _scratch["home"]]);
        var compare = await LusProcess.RunAsync(["models", "compare", deadly, deadly, _scratch["videos"]]);
        var doctor = await LusProcess.RunAsync(["doctor"], environment: new Dictionary<string, string?> { ["LUS__Model__Bundle"] = deadly });

        foreach (var refused in new[] { run, compare })
        {
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"reading '{deadly}' crashed the reader (exit code 136)", refused.ErrorText, StringComparison.Ordinal);
        }
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains(doctor.Output, line => line.StartsWith("✗ model", StringComparison.Ordinal) && line.Contains("exit code 136", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_fails_on_any_changed_byte()
    {
        var bundle = TinyBundle.Write(_scratch["tiny"]);
        var path = bundle.PathOf(bundle.Backbone(BundleVariant.Fp32));
        var good = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        foreach (var place in new[] { 0, good.Length / 2, good.Length - 1 })
        {
            var bytes = (byte[])good.Clone();
            bytes[place] ^= 0x10;
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

            var verify = await LusProcess.RunAsync(["models", "verify", _scratch["tiny"]]);

            Assert.Equal(1, verify.ExitCode);
            Assert.Contains("backbone.fp32.onnx", Assert.Single(verify.Errors), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_an_error_that_names_it_and_leaves_nothing()
    {
        await File.WriteAllTextAsync(_scratch["text.onnx"], "this is no model", TestContext.Current.CancellationToken);

        var import = await LusProcess.RunAsync(["models", "import", "onnx", _scratch["text.onnx"], "--name", "mine", "--out", _scratch["mine"]]);

        Assert.Equal(1, import.ExitCode);
        Assert.Contains("text.onnx", Assert.Single(import.Errors), StringComparison.Ordinal);
        Assert.Equal(["text.onnx"], Directory.GetFileSystemEntries(_scratch.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Keras_files_become_a_bundle()
    {
        var weights = SharedData.Require("data", "keras", "xception_weights_tf_dim_ordering_tf_kernels_notop.h5");
        var head = SharedData.Require("data", "keras", "xception-20-lstm-head.h5");

        var import = await LusProcess.RunAsync(
            ["models", "import", "keras", weights, "--architecture", "xception", "--head", head, "--preprocess", "tf", "--weights", "float16", "--name", "mine", "--out", _scratch["mine"]]);

        Assert.True(import.ExitCode == 0 && import.Errors.Count == 0, import.ToString());
        var bundle = Bundle.Load(_scratch["mine"]);
        Assert.Equal((299, 299, 20, 2048, "tf"), (bundle.Height, bundle.Width, bundle.Frames, bundle.Features, bundle.Manifest.Inference.Preprocess));
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(_scratch.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_damaged_Keras_file_is_an_error_that_names_it_and_leaves_nothing()
    {
        var whole = SharedData.Require("data", "keras", "xception-20-lstm-head.h5");
        await using (var from = File.OpenRead(whole))
        await using (var to = File.Create(_scratch["cut.h5"]))
        {
            var start = new byte[100_000];
            await from.ReadExactlyAsync(start, TestContext.Current.CancellationToken);
            await to.WriteAsync(start, TestContext.Current.CancellationToken);
        }

        var import = await LusProcess.RunAsync(["models", "import", "keras", _scratch["cut.h5"], "--preprocess", "none", "--name", "mine", "--out", _scratch["mine"]]);

        Assert.Equal(1, import.ExitCode);
        Assert.Contains("cut.h5", Assert.Single(import.Errors), StringComparison.Ordinal);
        Assert.Equal(["cut.h5"], Directory.GetFileSystemEntries(_scratch.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        var show = await LusProcess.RunAsync(["models", "show", _scratch["nothing"]]);

        Assert.Equal(1, show.ExitCode);
        Assert.Contains("nothing", Assert.Single(show.Errors), StringComparison.Ordinal);
    }
}
