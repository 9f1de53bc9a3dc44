using Microsoft.AspNetCore.Connections;

namespace LusPipeline.Hosting.Http;

/// <summary>
/// Bounds the open connections. One more closes the oldest, so that whoever opens many and says nothing cannot keep probes out. A probe is
/// answered within milliseconds and is never the oldest for long.
/// </summary>
internal sealed class ConnectionLimit(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _open = new();

    /// <summary>Serves a connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate serve)
    {
        ConnectionContext? oldest = null;
        LinkedListNode<ConnectionContext> node;
        lock (_lock)
        {
            if (_open.Count == most)
            {
                oldest = _open.First!.Value;
                _open.RemoveFirst();
            }
            node = _open.AddLast(connection);
        }
        oldest?.Abort(new ConnectionAbortedException("There are newer connections."));
        try
        {
            await serve(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (node.List is not null)
                    _open.Remove(node);
            }
        }
    }
}
