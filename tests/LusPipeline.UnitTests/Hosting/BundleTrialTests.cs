using System.Runtime.InteropServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Children;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Hosting;

public sealed class BundleTrialTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_graph_that_ends_its_process_is_refused_and_this_process_goes_on()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "Other processors can do this division.");
        var deadly = TinyBundle.Write(_folder["deadly"], white: WhiteFrame.IsHarmlessAndBlackKills, marked: false);
        using var models = new ModelSet([deadly], new InferenceOptions(), CheckedBackbone.Open, Try);

        foreach (var opening in new Func<Task>[]
        {
            () => models.BackboneAsync(deadly.Id, BundleVariant.Fp32), () => models.HeadAsync(deadly.Id), models.TryAllAsync,
        })
        {
            var refused = await Assert.ThrowsAsync<BrokenEngineException>(opening);
            Assert.Contains("crashed the reader (exit code 136)", refused.Message, StringComparison.Ordinal);
            Assert.Contains(deadly.Folder, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_good_bundle_passes_and_a_wrong_one_is_refused_with_the_childs_message()
    {
        await BundleTrial.RunAsync(TinyBundle.Write(_folder["good"], marked: false), new MediaOptions(), Token);

        var refused = await Assert.ThrowsAsync<BundleException>(
            () => BundleTrial.RunAsync(TinyBundle.WriteMisoptimized(_folder["wrong"]), new MediaOptions(), Token));
        Assert.StartsWith($"'{_folder["wrong"]}/backbone.fp32.onnx' computes something else", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_marked_bundle_is_not_tried_again()
    {
        var bundle = TinyBundle.Write(_folder["marked"]);
        // A child would miss it.
        Directory.Delete(bundle.Folder, recursive: true);

        await BundleTrial.RunAsync(bundle, new MediaOptions(), Token);
    }

    public void Dispose() => _folder.Dispose();

    private static Task Try(Bundle bundle) => BundleTrial.RunAsync(bundle, new MediaOptions(), Token);
}
