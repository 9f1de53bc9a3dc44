namespace LusPipeline.Hosting.Run;

/// <summary>The videos that a run waits for.</summary>
internal sealed class Outstanding
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, TaskCompletionSource> _videos = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _videos.Count;
        }
    }

    public bool Contains(Guid video)
    {
        lock (_gate)
            return _videos.ContainsKey(video);
    }

    public void Add(Guid video)
    {
        lock (_gate)
            _videos.TryAdd(video, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public bool Remove(Guid video)
    {
        TaskCompletionSource? finished;
        lock (_gate)
        {
            if (!_videos.Remove(video, out finished))
                return false;
        }
        finished.SetResult();
        return true;
    }

    /// <summary>Completes when the video is final, and at once if the run does not wait for it.</summary>
    public Task FinishedAsync(Guid video)
    {
        lock (_gate)
            return _videos.TryGetValue(video, out var finished) ? finished.Task : Task.CompletedTask;
    }

    /// <summary>Completes when no video is outstanding.</summary>
    public Task AllFinishedAsync() => AllFinishedAsync(new HashSet<Guid>());

    /// <summary>Completes when no video but those in <paramref name="except"/> is outstanding.</summary>
    public Task AllFinishedAsync(IReadOnlySet<Guid> except)
    {
        lock (_gate)
            return Task.WhenAll(_videos.Where(video => !except.Contains(video.Key)).Select(video => video.Value.Task));
    }
}
