namespace LusPipeline.Hosting.Broker;

/// <summary>Tells handlers to end their attempts. They check it between batches. An attempt that is ended this way does not count.</summary>
public sealed class StageStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public Task StopAsync() => _source.CancelAsync();

    public void Dispose() => _source.Dispose();
}
