using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Offline;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus models compare</c></summary>
internal static class ModelsCompareCommand
{
    public static Command Create()
    {
        var a = new Argument<string>("a") { Description = "A bundle's folder or name" };
        var b = new Argument<string>("b") { Description = "The bundle to compare with: another one, or the same with another variant" };
        var paths = new Argument<string[]>("path") { Description = "Videos, or folders of videos", Arity = ArgumentArity.OneOrMore };
        var variantA = Variant("--variant-a", "The variant of the first");
        var variantB = Variant("--variant-b", "The variant of the second");
        var json = new Option<bool>("--json") { Description = "One JSON object a line on stdout: each video, then the summary" };
        var command = new Command("compare", """
            Run two bundles on the same videos, one clip over each whole video.

            Shows both diagnoses and probabilities, the mean absolute difference of the probabilities, the cosine of the features where they
            have the same length, and the speed of each. Exit codes: 0 all videos compared; 2 some could not be read; 1 model or usage error.
            """)
        {
            a, b, paths, variantA, variantB, json,
        }.WithExamples(
            "lus models compare xception-lstm my-bundle videos/",
            "lus models compare my-bundle my-bundle videos/ --variant-a fp32 --variant-b int8 --json");
        command.SetStoppableAction(async (result, cancellation) =>
        {
            var display = new CountDisplay((done, all) => $"{done}/{all} videos", Terminal.Error, TimeProvider.System);
            var request = new ComparisonRequest
            {
                Paths = result.GetRequiredValue(paths),
                A = (BundleCatalog.Find(result.GetRequiredValue(a)), result.GetValue(variantA)),
                B = (BundleCatalog.Find(result.GetRequiredValue(b)), result.GetValue(variantB)),
                Media = MediaSettings.Read(),
            };
            var report = await new BundleComparison(request, (done, all) => display.Show(done, all), TimeProvider.System).RunAsync(cancellation);
            if (result.GetValue(json))
                ComparisonLines.Write(report, result.InvocationConfiguration.Output);
            else
                ComparisonTable.Write(report, ModelsOutput.Console(result));
            return report.Rejected.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
        });
        return command;
    }

    private static Option<string?> Variant(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description}; its best on this machine if left out" };
        option.AcceptOnlyFromAmong([.. BundleVariant.All]);
        return option;
    }
}
