using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Run;

/// <summary>A run's bus ends with it: what failed stands in the ledger alone.</summary>
internal sealed class NoDeadLetters : IDeadLetters
{
    public Task KeepAsync<TMessage>(TMessage message, string reason, CancellationToken cancellation) where TMessage : class => Task.CompletedTask;
}
