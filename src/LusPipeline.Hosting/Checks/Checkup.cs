using System.Data.Common;
using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Checks;

/// <summary>Looks at everything that <c>lus</c> works with, one by one, each within a time limit.</summary>
public sealed class Checkup(LoadedSettings settings, TimeSpan limit, TimeProvider clock)
{
    private readonly IReadOnlyList<Check> _checks =
    [
        new("configuration", _ => Task.FromResult(ConfigurationCheck.Check(settings))),
        .. BrokerChecks.All(settings),
        .. NotificationChecks.All(settings),
        .. DatabaseChecks.All(settings),
        .. BucketChecks.All(settings),
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
            // Some of it blocks its thread in a library of the system.
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
