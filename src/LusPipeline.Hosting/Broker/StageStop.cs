namespace LusPipeline.Hosting.Broker;

/// <summary>Tells handlers to end their attempts: they look at it between batches, and no attempt counts that it ends.</summary>
public sealed class StageStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public Task StopAsync() => _source.CancelAsync();

    public void Dispose() => _source.Dispose();
}
