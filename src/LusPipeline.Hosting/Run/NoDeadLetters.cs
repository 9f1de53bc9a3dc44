using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Run;

/// <summary>Keeps no dead letters: the in-memory bus of a run ends with the run, and failures stand in the ledger.</summary>
internal sealed class NoDeadLetters : IDeadLetters
{
    public Task KeepAsync(IStageMessage message, string reason, CancellationToken cancellation) => Task.CompletedTask;
}
