using System.Data.Common;
using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Checks;

/// <summary>Runs the checks of everything that <c>lus</c> works with, one after the other, each within a time limit.</summary>
/// <param name="stages">The stages whose worker this machine is for. Users are checked for what these need.</param>
public sealed class Checkup(LoadedSettings settings, StageSet stages, TimeSpan limit, TimeProvider clock)
{
    private readonly IReadOnlyList<Check> _checks =
    [
        new("configuration", _ => Task.FromResult(ConfigurationCheck.Check(settings))),
        .. BrokerChecks.All(settings, stages),
        .. NotificationChecks.All(settings),
        .. DatabaseChecks.All(settings, stages),
        .. BucketChecks.All(settings, stages),
        .. ArchiveChecks.All(settings, stages),
        .. ModelChecks.All(settings),
        .. MediaChecks.All(settings),
        new("scratch space", _ => Task.FromResult(ScratchCheck.Check(settings))),
    ];

    public async IAsyncEnumerable<CheckedItem> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var check in _checks)
        {
            var start = clock.GetTimestamp();
            var outcome = await RunAsync(check, cancellation).ConfigureAwait(false);
            yield return new(check.Name, outcome, clock.GetElapsedTime(start));
        }
    }

    private async Task<CheckOutcome> RunAsync(Check check, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit);
        try
        {
            // Some checks block their thread in a native library.
            return await Task.Run(() => check.RunAsync(limited.Token), limited.Token).WaitAsync(limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CheckOutcome.Failed($"no answer within {limit.TotalSeconds:0} s; raise --limit if that is only slow");
        }
        catch (Exception known) when (known is BrokenEngineException or BundleException or BrokerException or BrokerUnavailableException
            or BucketUnavailableException or LedgerVersionException or RejectedException or TransientException)
        {
            return CheckOutcome.Failed(known.Message);
        }
        catch (Exception failure) when (failure is DbException || LedgerOutage.Is(failure))
        {
            return CheckOutcome.Failed($"{failure.GetBaseException().Message.TrimEnd('.')}. Check {DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}, and that the server runs.");
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return CheckOutcome.Failed($"{failure.GetType().Name}: {failure.Message}");
        }
    }
}
