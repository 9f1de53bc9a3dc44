using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Run;

/// <summary>Counts of a run, to be read at any time from any thread.</summary>
public sealed class RunProgress
{
    private int _videos;
    private int _finished;
    private int _cut;
    private int _refused;
    private int _clips;
    private int _extracted;
    private int _predicted;
    private int _waiting;
    private long _frames;

    /// <summary>Videos registered so far.</summary>
    public int Videos => Volatile.Read(ref _videos);

    /// <summary>Videos with a final status, including those of earlier runs.</summary>
    public int Finished => Volatile.Read(ref _finished);

    /// <summary>Videos whose ingest is over: they are cut into clips, or final without a result.</summary>
    public int Ingested => Volatile.Read(ref _cut) + Volatile.Read(ref _refused);

    /// <summary>Clips of the videos cut so far.</summary>
    public int Clips => Volatile.Read(ref _clips);

    public int Extracted => Volatile.Read(ref _extracted);

    public int Predicted => Volatile.Read(ref _predicted);

    /// <summary>Frames that the backbone has processed.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Files that are still being written.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether the archive does not answer, so that the run waits.</summary>
    public bool IsWaiting => Outages?.IsWaiting == true;

    internal OutageWait? Outages { get; set; }

    /// <summary>
    /// Estimated time left; null before there is a rate, when nothing is left, and while clips of a long video are done whose number is not known
    /// before it is cut to its end.
    /// </summary>
    public TimeSpan? Left(TimeSpan elapsed)
    {
        var done = Predicted;
        var videosLeft = Videos - Finished;
        if (done == 0 || videosLeft <= 0 || done > Clips)
            return null;
        var clipsPerVideo = _cut == 0 ? 1.0 : (double)Clips / _cut;
        var clipsLeft = (Clips - done) + (Math.Max(0, Videos - Ingested) * clipsPerVideo);
        return elapsed / done * clipsLeft;
    }

    internal void Follow(StageEvents events)
    {
        events.VideoCut += (_, clips) =>
        {
            Interlocked.Increment(ref _cut);
            Interlocked.Add(ref _clips, clips);
        };
        events.ClipExtracted += (_, frames) =>
        {
            Interlocked.Increment(ref _extracted);
            Interlocked.Add(ref _frames, frames);
        };
        events.ClipPredicted += _ => Interlocked.Increment(ref _predicted);
    }

    internal void OnRegistered(int videos) => Interlocked.Add(ref _videos, videos);

    internal void OnListed(int waiting) => Volatile.Write(ref _waiting, waiting);

    internal void OnFinished(VideoResult video, bool cached)
    {
        Interlocked.Increment(ref _finished);
        if (cached || video.Status != WorkStatus.Done)
            Interlocked.Increment(ref _refused);
    }
}
