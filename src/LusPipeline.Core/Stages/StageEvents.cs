using LusPipeline.Core.Telemetry;

namespace LusPipeline.Core.Stages;

/// <summary>Events that the stages raise for the process that hosts them. Progress displays and limits on clips in flight use them.</summary>
public sealed class StageEvents
{
    /// <summary>Raised when an attempt at ingest starts. The argument is the video id.</summary>
    public event Action<Guid>? VideoStarted;

    /// <summary>Raised when all clips of a video are cut. The arguments are the video id and the number of clips.</summary>
    public event Action<Guid, int>? VideoCut;

    /// <summary>Raised when a clip's features are stored. The arguments are the clip id and the number of frames.</summary>
    public event Action<Guid, int>? ClipExtracted;

    /// <summary>Raised when a clip's prediction is stored. The argument is the clip id.</summary>
    public event Action<Guid>? ClipPredicted;

    /// <summary>Raised when the frames of a clip no longer wait for features, for any reason.</summary>
    public event Action<Guid>? ClipReleased;

    /// <summary>Raised when a video is final. The arguments are the video id and its generation.</summary>
    public event Action<Guid, int>? VideoFinished;

    /// <summary>Raised when a study is complete. The argument is the study id.</summary>
    public event Action<Guid>? StudyFinished;

    public void OnVideoStarted(Guid video) => VideoStarted?.Invoke(video);

    public void OnVideoCut(Guid video, int clips)
    {
        StageMetrics.ClipsFinished(Stage.Ingest.Name(), clips);
        VideoCut?.Invoke(video, clips);
    }

    public void OnClipExtracted(Guid clip, int frames)
    {
        StageMetrics.ClipsFinished(Stage.Features.Name(), 1);
        StageMetrics.FramesFinished(Stage.Features.Name(), frames);
        ClipExtracted?.Invoke(clip, frames);
    }

    public void OnClipPredicted(Guid clip)
    {
        StageMetrics.ClipsFinished(Stage.Sequence.Name(), 1);
        ClipPredicted?.Invoke(clip);
    }

    public void OnClipReleased(Guid clip) => ClipReleased?.Invoke(clip);

    public void OnVideoFinished(Guid video, int generation) => VideoFinished?.Invoke(video, generation);

    public void OnStudyFinished(Guid study) => StudyFinished?.Invoke(study);
}
