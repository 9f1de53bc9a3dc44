using LusPipeline.Core.Telemetry;

namespace LusPipeline.Core.Stages;

/// <summary>What stages tell the process that hosts them: progress displays and limits on work in flight listen here.</summary>
public sealed class StageEvents
{
    public event Action<Guid>? VideoStarted;
    public event Action<Guid, int>? VideoCut;
    public event Action<Guid, int>? ClipExtracted;
    public event Action<Guid>? ClipPredicted;

    /// <summary>A clip's frames are no longer waiting for features, whatever the reason.</summary>
    public event Action<Guid>? ClipReleased;

    public event Action<Guid, int>? VideoFinished;
    public event Action<Guid>? StudyFinished;

    public void OnVideoStarted(Guid video) => VideoStarted?.Invoke(video);

    public void OnVideoCut(Guid video, int clips)
    {
        StageMetrics.ClipsFinished(StageMetrics.Ingest, clips);
        VideoCut?.Invoke(video, clips);
    }

    public void OnClipExtracted(Guid clip, int frames)
    {
        StageMetrics.ClipsFinished(StageMetrics.Features, 1);
        StageMetrics.FramesFinished(StageMetrics.Features, frames);
        ClipExtracted?.Invoke(clip, frames);
    }

    public void OnClipPredicted(Guid clip)
    {
        StageMetrics.ClipsFinished(StageMetrics.Sequence, 1);
        ClipPredicted?.Invoke(clip);
    }

    public void OnClipReleased(Guid clip) => ClipReleased?.Invoke(clip);

    public void OnVideoFinished(Guid video, int generation) => VideoFinished?.Invoke(video, generation);

    public void OnStudyFinished(Guid study) => StudyFinished?.Invoke(study);
}
