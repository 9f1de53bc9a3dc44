using System.CommandLine;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Downloads;

namespace LusPipeline.Cli.Commands;

/// <summary>Turns what can be wrong with a model into one line on stderr and an exit code, and Ctrl-C into a clean stop.</summary>
internal static class ModelsGuard
{
    public static void SetGuardedAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, _) =>
        {
            using var interruption = new Interruption();
            try
            {
                return await action(result, interruption.Token);
            }
            catch (Exception known) when (known
                is BundleException or KerasImportException or DownloadException or FeatureSetException or LabelException or BrokenEngineException
                or IOException or UnauthorizedAccessException)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync($"lus: {known.Message}");
                return ExitCode.Error;
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Interrupted;
            }
        });
}
